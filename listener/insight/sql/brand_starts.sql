-- When each brand ("" for mentions of none) was first spoken of, for a baseline cannot be older.
select brand, min(posted_at)
from (select unnest(if(len(brands) = 0, [''], brands)) as brand, posted_at from fact)
group by brand
order by brand;
