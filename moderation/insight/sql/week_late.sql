-- What came in after the report of its own week was made, by that week: told of once, here, and in no other report.
with reported as (
    select unnest($periods::varchar[]) as period, unnest($starts::timestamp[]) as starts_at, unnest($ends::timestamp[]) as ends_at
)
select period, count(*) as mentions
from fact join reported on posted_at >= starts_at and posted_at < ends_at
where mention_id > $known and mention_id <= $up_to
    and mention_id not in (select mention_id from label where name = 'spam' and value = 'yes')
group by period
order by period;
