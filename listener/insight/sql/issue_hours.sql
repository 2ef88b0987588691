-- Mentions and distinct authors of one issue per hour, quiet hours left out; hours of authors must not be added up.
select hour, mentions, authors
from issue_hour
where issue_id = $issue_id and hour > $from_at and hour <= $as_of
order by hour;
