-- When an issue was first spoken of.
select min(posted_at) from fact where issue_id = $issue_id;
