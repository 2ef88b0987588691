-- Ideas or compliments of the week, one row a different text, newest first, with how many mentions say it and in which issue.
select min(mention_id) as mention_id, arg_min(issue_id, mention_id) as issue_id, count(*) as mentions, arg_min(platform, mention_id)
from week_fact
where now and not spam and if($name = 'idea', idea, compliment)
group by card_id
order by max(posted_at) desc, mention_id;
