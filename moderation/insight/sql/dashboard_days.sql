-- Mentions per stretch of time (up to and including $ends), stretches without any left out; of one issue, or of everything for null.
with bucket as (select unnest($numbers) as number, unnest($ends) as ends_at)
select number, count(*) as mentions
from dashboard_fact asof join bucket on dashboard_fact.posted_at <= bucket.ends_at
where $issue_id is null or issue_id = $issue_id
group by number
order by number;
