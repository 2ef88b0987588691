-- What the issues of the week express over their whole life: their place in the matrix starts from it, as on their own pages.
select issue_id, name, value, count(*) as mentions
from fact join label using (mention_id)
where issue_id in (select issue_id from week_fact) and name in ('cause', 'sentiment') and posted_at < $to_at and mention_id <= $up_to
group by issue_id, name, value
order by issue_id, name, value;
