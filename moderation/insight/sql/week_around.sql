-- Contacts about one issue in whole weeks before and after the moment an action was done: week -1 is the one before it, 0 the one after.
select floor(epoch(posted_at - $done_at) / 604800)::integer as week,
    count(distinct (person, floor(epoch(posted_at - $done_at) / 86400))) as contacts
from fact
where issue_id = $issue_id and posted_at >= $from_at and posted_at < $to_at and mention_id <= $up_to
    and mention_id not in (select mention_id from label where name = 'spam' and value = 'yes')
group by week
order by week;
