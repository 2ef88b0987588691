-- An older mention came in after a newer one: what is known of the newer one goes.
delete from issue_first using incoming
where issue_first.issue_id = incoming.issue_id and issue_first.kind = incoming.kind and issue_first.value = incoming.value
    and issue_first.first_at > incoming.first_at;
