-- What each source brought in the week, spam too: a source is there to be read, whatever it holds.
select source, count(*) as mentions from week_fact where now group by source order by source;
