-- What issues have by mentions just written.
insert into incoming
select issue_id, kind, value, min(posted_at) from issue_mark where mention_id in (select mention_id from chosen) group by issue_id, kind, value;
