-- What the mentions of every issue express: how many have each cause and each sentiment. The matrix of issues starts from it.
select issue_id, name, value, count(*) as mentions
from fact join label using (mention_id)
where issue_id is not null and name in ('cause', 'sentiment') and posted_at <= $as_of
group by issue_id, name, value
order by issue_id, name, value;
