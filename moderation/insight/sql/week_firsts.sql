-- When each issue of the week was first spoken of: one that began in it is new.
select issue_id, min(first_at) as first_at
from issue_first
where issue_id in (select issue_id from week_fact)
group by issue_id
order by issue_id;
