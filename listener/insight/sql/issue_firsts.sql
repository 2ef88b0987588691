-- Counts anew, from the facts, when each issue first had each thing that was touched.
insert into issue_first
select issue_id, kind, value, min(posted_at)
from issue_mark semi join touched using (issue_id, kind, value)
group by issue_id, kind, value;
