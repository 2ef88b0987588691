-- Makes room for what is counted anew of the things that were touched.
delete from issue_first using touched
where issue_first.issue_id = touched.issue_id and issue_first.kind = touched.kind and issue_first.value = touched.value;
