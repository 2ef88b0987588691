-- Mentions per issue and stretch of time ($starts exclusive, $ends inclusive); stretches without mentions are left out here.
with bucket as (select unnest($numbers) as number, unnest($starts) as starts_at, unnest($ends) as ends_at)
select issue_id, number, count(*) as mentions
from fact join bucket on posted_at > starts_at and posted_at <= ends_at
where issue_id is not null
group by issue_id, number
order by issue_id, number;
