-- Newest different texts under one label ("copies" are other mentions of the same card), spam left out; the count covers all of them.
with chosen as (
    select mention_id, card_id, posted_at from fact
    where posted_at > $from_at and posted_at <= $as_of
        and mention_id in (select mention_id from label where name = $name and value = $value)
        and mention_id not in (select mention_id from label where name = 'spam' and value = 'yes')
)
select min(mention_id) as mention_id, count(*) - 1 as copies, max(posted_at) as latest_at, sum(count(*)) over () as total
from chosen
group by card_id
order by latest_at desc, mention_id
limit $most;
