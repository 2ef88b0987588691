-- The mentions of a period and of the one before it that fit the filters, with what labels say of each: read once, counted many times.
-- An empty filter fits everything. A message that names no brand is of none, so a filter on one leaves it out.
create temp table dashboard_fact as
with chosen as (
    select mention_id, issue_id, directed, person, posted_at, posted_at > $from_at as now
    from fact
    where (posted_at > $from_at and posted_at <= $as_of or posted_at > $before_from and posted_at <= $before_to)
        and ($channel = '' or platform = $channel)
        and ($language = '' or language = $language)
        and ($brand = '' or list_contains(brands, $brand))
),
felt as (
    select mention_id, min(value) as sentiment
    from label semi join chosen using (mention_id)
    where name = 'sentiment'
    group by mention_id
),
marked as (select distinct mention_id, name from label where value = 'yes' and name in ('spam', 'unnecessary', 'searched_first'))
select chosen.*,
    mention_id in (select mention_id from marked where name = 'unnecessary') as unnecessary,
    mention_id in (select mention_id from marked where name = 'searched_first') as searched,
    coalesce(sentiment, '') as sentiment
from chosen left join felt using (mention_id)
where mention_id not in (select mention_id from marked where name = 'spam');
