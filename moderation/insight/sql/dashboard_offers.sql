-- What the dashboard can be narrowed to: channels, languages and brands of the period, with the mentions each has, spam left out.
with period as (
    select platform, language, brands from fact
    where posted_at > $from_at and posted_at <= $as_of
        and mention_id not in (select mention_id from label where name = 'spam' and value = 'yes')
)
select 'channel' as field, platform as value, count(*) as mentions from period group by platform
union all
select 'language', language, count(*) from period group by language
union all
select 'brand', brand, count(*) from (select unnest(brands) as brand from period) group by brand
order by field, value;
