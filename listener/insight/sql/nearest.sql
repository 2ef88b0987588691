-- The mentions that say most nearly the same as one mention, closest first (cosine similarity; copies of its own card left out).
with asked as (select embedding, card_id from vector join fact using (mention_id) where mention_id = $mention_id)
select fact.mention_id, array_cosine_similarity(vector.embedding, asked.embedding) as similarity
from asked, vector join fact using (mention_id)
where fact.card_id <> asked.card_id and fact.card_id = fact.mention_id
order by similarity desc, fact.mention_id
limit $most;
