-- Which mentions of the period a figure of a dashboard counted, newest first: what a reader is shown who asks "which ones?".
with chosen as (
    select mention_id, issue_id, directed, posted_at
    from fact
    where posted_at > $from_at and posted_at <= $as_of
        and ($channel = '' or platform = $channel)
        and ($language = '' or language = $language)
        and ($brand = '' or list_contains(brands, $brand))
),
felt as (
    select mention_id, min(value) as sentiment
    from label semi join chosen using (mention_id)
    where name = 'sentiment' and $figure in ('negative', 'positive')
    group by mention_id
),
marked as (select distinct mention_id, name from label where value = 'yes' and name in ('spam', 'unnecessary', 'searched_first'))
select mention_id, count(*) over () as total
from chosen left join felt using (mention_id)
where mention_id not in (select mention_id from marked where name = 'spam') and case $figure
    when 'mentions' then true
    when 'directed' then directed
    when 'negative' then sentiment = 'negative'
    when 'positive' then sentiment = 'positive'
    when 'loose' then issue_id is null
    when 'unnecessary' then directed and mention_id in (select mention_id from marked where name = 'unnecessary')
    when 'searched' then directed and mention_id in (select mention_id from marked where name = 'searched_first')
    else false end
order by posted_at desc, mention_id desc
limit $most offset $skip;
