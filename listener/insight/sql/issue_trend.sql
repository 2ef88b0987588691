-- Mentions per issue and stretch of time (up to and including $ends, the first one after $from_at); those without mentions are left out.
with bucket as (select unnest($numbers) as number, unnest($ends) as ends_at)
select issue_id, number, count(*) as mentions
from fact asof join bucket on fact.posted_at <= bucket.ends_at
where issue_id is not null and posted_at > $from_at and posted_at <= $as_of
group by issue_id, number
order by issue_id, number;
