-- Every issue in numbers: its whole life up to $as_of, the period after $from_at, and the equally long stretch before that.
-- Who and what an issue ever had is read from issue_first: counting a million different people anew takes a second, this does not.
with life as (
    select
        issue_id,
        count(*) as mentions,
        count(*) filter (where nameless) as nameless,
        count(*) filter (where posted_at > $from_at) as period_mentions,
        count(*) filter (where posted_at > $before_from and posted_at <= $from_at) as before_mentions,
        min(posted_at) as first_at,
        max(posted_at) as last_at
    from fact
    where issue_id is not null and posted_at <= $as_of
    group by issue_id
),
period as (
    select issue_id, count(distinct person) as authors
    from fact
    where issue_id is not null and posted_at > $from_at and posted_at <= $as_of
    group by issue_id
),
counted as (
    select issue_id, count(*) filter (where kind = 'person') as authors, count(*) filter (where kind = 'card') as cards
    from issue_first
    where kind in ('person', 'card') and first_at <= $as_of
    group by issue_id
),
named as (
    select
        issue_id,
        list(value order by value) filter (where kind = 'platform') as platforms,
        list(value order by value) filter (where kind = 'language') as languages,
        coalesce(list(value order by value) filter (where kind = 'brand'), []) as brands
    from issue_first
    where kind in ('platform', 'language', 'brand') and first_at <= $as_of
    group by issue_id
)
select
    issue_id, mentions, counted.authors, cards, nameless, period_mentions, coalesce(period.authors, 0) as period_authors, before_mentions,
    first_at, last_at, platforms, languages, brands
from life join counted using (issue_id) join named using (issue_id) left join period using (issue_id)
order by issue_id;
