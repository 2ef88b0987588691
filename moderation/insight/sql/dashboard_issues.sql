-- Each issue that somebody spoke of in the period or in the one before it, the most spoken of first.
select
    issue_id,
    count(*) filter (where now) as mentions,
    count(*) filter (where not now) as before,
    count(distinct person) filter (where now) as people,
    count(*) filter (where now and sentiment = 'negative') as negative
from dashboard_fact
where issue_id is not null
group by issue_id
order by mentions desc, before desc, issue_id;
