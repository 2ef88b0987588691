-- When each brand ("" for mentions of none) was first spoken of, for a baseline cannot be older.
select unnest(if(len(brands) = 0, [''], brands)) as brand, min(posted_at) from fact group by brand order by brand;
