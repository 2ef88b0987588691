-- Mentions per local day of the week before (1 to 7) and of the week (8 to 14), quiet days left out: how the week went.
select day, count(*) as mentions from week_fact where not spam group by day order by day;
