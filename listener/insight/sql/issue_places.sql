-- Where people speak about one issue: mentions and distinct people per place, the busiest first.
select platform, realm, count(*) as mentions, count(distinct person) as authors
from fact
where issue_id = $issue_id and posted_at <= $as_of
group by platform, realm
order by mentions desc, platform, realm
limit $most;
