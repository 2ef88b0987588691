-- The mentions of a period and of the one before it that fit the filters, with what labels say of each: read once, counted many times.
-- An empty filter fits everything. A message that names no brand is of none, so a filter on one leaves it out.
create temp table dashboard_fact as
with chosen as (
    select mention_id, issue_id, platform, language, brands, directed, person, posted_at, posted_at > $from_at as now
    from fact
    where (posted_at > $from_at and posted_at <= $as_of or posted_at > $before_from and posted_at <= $before_to)
        and ($channel = '' or platform = $channel)
        and ($language = '' or language = $language)
        and ($brand = '' or list_contains(brands, $brand))
),
said as (
    select mention_id,
        bool_or(name = 'spam' and value = 'yes') as spam,
        bool_or(name = 'unnecessary' and value = 'yes') as unnecessary,
        bool_or(name = 'searched_first' and value = 'yes') as searched,
        min(value) filter (where name = 'sentiment') as sentiment
    from label semi join chosen using (mention_id)
    where name in ('spam', 'unnecessary', 'searched_first', 'sentiment')
    group by mention_id
)
select chosen.*, coalesce(unnecessary, false) as unnecessary, coalesce(searched, false) as searched, coalesce(sentiment, '') as sentiment
from chosen left join said using (mention_id)
where not coalesce(spam, false);
