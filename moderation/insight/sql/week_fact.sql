-- The mentions of a week and of the one before it, with what labels say of each: read once, counted many times.
-- A mention is in the week that it was posted in; what is newer than $up_to came in after the report's moment and is not seen.
create temp table week_fact as
with chosen as (
    select mention_id, card_id, issue_id, platform, source, directed, person, nameless, language, posted_at,
        posted_at >= $from_at as now, len(list_filter($days::timestamp[], lambda day: day <= posted_at)) as day
    from fact
    where posted_at >= $before_from and posted_at < $to_at and mention_id <= $up_to
),
said as (
    select mention_id,
        bool_or(name = 'spam' and value = 'yes') as spam,
        bool_or(name = 'unnecessary' and value = 'yes') as unnecessary,
        bool_or(name = 'searched_first' and value = 'yes') as searched,
        bool_or(name = 'idea' and value = 'yes') as idea,
        bool_or(name = 'compliment' and value = 'yes') as compliment,
        min(value) filter (where name = 'sentiment') as sentiment
    from label semi join chosen using (mention_id)
    group by mention_id
)
select chosen.*,
    coalesce(spam, false) as spam, coalesce(unnecessary, false) as unnecessary, coalesce(searched, false) as searched,
    coalesce(idea, false) as idea, coalesce(compliment, false) as compliment, coalesce(sentiment, '') as sentiment
from chosen left join said using (mention_id);
