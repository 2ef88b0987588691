-- Adds what is new to an issue.
insert into issue_first
select issue_id, kind, value, first_at from incoming anti join issue_first using (issue_id, kind, value);
