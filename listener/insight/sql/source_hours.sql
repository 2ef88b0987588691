-- Mentions per source and hour, quiet hours left out: what a source usually says, and when it last said something.
select source, date_trunc('hour', posted_at) as hour, count(*) as mentions
from fact
where posted_at >= $from_at and posted_at < $until
group by all
order by source, hour;
