-- What people wrote in the week about some issues, each from a moment of its own on: how much came while nobody said anything.
with silent as (select unnest($issue_ids::bigint[]) as issue_id, unnest($since::timestamp[]) as since_at)
select issue_id, count(*) as mentions
from week_fact join silent using (issue_id)
where now and not spam and posted_at >= since_at
group by issue_id
order by issue_id;
