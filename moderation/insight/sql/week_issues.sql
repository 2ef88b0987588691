-- Each issue of the week or of the week before: its contacts (one person, one day), people, mentions, and how many are negative.
select
    issue_id,
    count(distinct (person, day)) filter (where now) as contacts,
    count(distinct (person, day)) filter (where not now) as before,
    count(distinct person) filter (where now) as people,
    count(*) filter (where now) as mentions,
    count(*) filter (where now and sentiment = 'negative') as negative,
    count(*) filter (where now and sentiment <> '') as felt,
    max(posted_at) filter (where now) as last_at
from week_fact
where issue_id is not null and not spam
group by issue_id
order by issue_id;
