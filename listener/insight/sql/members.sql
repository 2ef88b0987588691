-- Different texts of one issue, the most recently repeated first: the earliest mention of each card, and how many copies it has.
select
    min(mention_id) as mention_id,
    count(*) - 1 as copies,
    max(posted_at) as latest_at
from fact
where issue_id = $issue_id and posted_at > $from_at and posted_at <= $as_of
group by card_id
order by latest_at desc, mention_id
limit $most offset $skip;
