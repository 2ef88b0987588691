-- The same for everything, for a file from before issue_first was kept.
insert into issue_first
select issue_id, kind, value, min(posted_at) from issue_mark group by issue_id, kind, value;
