-- Every issue in numbers: its whole life up to $as_of, the period after $from_at, and the equally long stretch before that.
select
    issue_id,
    count(*) as mentions,
    count(distinct person) as authors,
    count(distinct card_id) as cards,
    count(*) filter (where nameless) as nameless,
    count(*) filter (where posted_at > $from_at) as period_mentions,
    count(distinct person) filter (where posted_at > $from_at) as period_authors,
    count(*) filter (where posted_at > $before_from and posted_at <= $from_at) as before_mentions,
    min(posted_at) as first_at,
    max(posted_at) as last_at,
    list(distinct platform order by platform) as platforms,
    list(distinct language order by language) as languages,
    list_sort(list_distinct(flatten(list(brands)))) as brands
from fact
where issue_id is not null and posted_at <= $as_of
group by issue_id
order by issue_id;
