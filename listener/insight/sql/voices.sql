-- Voices per brand and hour ("" for mentions of no brand): of a person and of a text only the first mention of a day counts, spam never,
-- so that neither one loud person nor a copied text is a crowd.
with named as (
    select unnest(if(len(brands) = 0, [''], brands)) as brand, person, card_id, mention_id, posted_at,
        date_trunc('hour', posted_at) as hour, date_trunc('day', posted_at) as day
    from fact
    where posted_at >= $from_at and posted_at < $until
        and mention_id not in (select mention_id from label where name = 'spam' and value = 'yes')
),
voice as (
    select brand, hour, mention_id from named
    qualify row_number() over (partition by brand, person, day order by posted_at, mention_id) = 1
        and row_number() over (partition by brand, card_id, day order by posted_at, mention_id) = 1
)
select brand, hour, list(mention_id order by mention_id) as mention_ids
from voice
group by all
order by brand, hour;
