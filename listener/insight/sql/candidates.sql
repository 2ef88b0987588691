-- Quotes to choose from: for each of the issues, the newest $most different texts of the period with their vectors, spam left out.
select fact.issue_id, fact.mention_id, fact.person, fact.platform, fact.posted_at, vector.embedding
from fact left join vector using (mention_id)
where fact.issue_id in (select unnest($issue_ids)) and posted_at > $from_at and posted_at <= $as_of
    and fact.mention_id not in (select mention_id from label where name = 'spam' and value = 'yes')
qualify
    row_number() over (partition by fact.issue_id, card_id order by posted_at, fact.mention_id) = 1
    and dense_rank() over (partition by fact.issue_id order by posted_at desc, fact.mention_id) <= $most
order by fact.issue_id, fact.posted_at, fact.mention_id;
