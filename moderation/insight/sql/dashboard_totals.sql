-- One row for the period and one for the period before it: how much, by how many, addressed to us or not, and how it was felt.
select
    now,
    count(*) as mentions,
    count(distinct person) as people,
    count(*) filter (where directed) as directed,
    count(*) filter (where directed and unnecessary) as unnecessary,
    count(*) filter (where directed and searched) as searched,
    count(*) filter (where sentiment = 'negative') as negative,
    count(*) filter (where sentiment = 'neutral') as neutral,
    count(*) filter (where sentiment = 'positive') as positive,
    count(*) filter (where issue_id is null) as loose
from dashboard_fact
group by now;
