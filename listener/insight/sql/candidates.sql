-- Quotes to choose from: for each of the issues, the newest $most different texts of the period with their vectors, spam left out.
-- Chosen before vectors are looked at: they are by far the most of what is stored.
with chosen as (
    select issue_id, mention_id, person, platform, posted_at
    from fact
    where issue_id in (select unnest($issue_ids)) and posted_at > $from_at and posted_at <= $as_of
        and mention_id not in (select mention_id from label where name = 'spam' and value = 'yes')
    qualify
        row_number() over (partition by issue_id, card_id order by posted_at, mention_id) = 1
        and dense_rank() over (partition by issue_id order by posted_at desc, mention_id) <= $most
)
select chosen.issue_id, chosen.mention_id, chosen.person, chosen.platform, chosen.posted_at, vector.embedding
from chosen left join vector using (mention_id)
order by chosen.issue_id, chosen.posted_at, chosen.mention_id;
