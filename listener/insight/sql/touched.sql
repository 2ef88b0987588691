-- What issues have by mentions that are about to be dropped: it may be there by others too, or by these once more.
insert into touched
select distinct issue_id, kind, value from issue_mark where mention_id in (select mention_id from chosen);
