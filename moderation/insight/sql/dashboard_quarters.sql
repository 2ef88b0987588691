-- Mentions per quarter of an hour: of everything (issue null), and of each of $issues. No day of any clock begins within a quarter; one lies
-- after its beginning, up to and including its end. Joining each mention with the days themselves took most of a dashboard's time.
select issue_id, time_bucket(interval 15 minutes, posted_at - interval 1 microsecond) as begins_at, count(*) as mentions
from (
    select null::bigint as issue_id, posted_at from dashboard_fact
    union all
    select issue_id, posted_at from dashboard_fact where issue_id in (select unnest($issues::bigint[]))
)
group by all;
