-- For this cursor only, `fact` and `issue_first` are those of the brands in `scope`, and of mentions that name no brand.
-- `{database}` is the name of the store itself: without it a view that is called like its table would ask itself.
create or replace temp view fact as
select * replace (list_intersect(brands, (select list(brand) from scope)) as brands)
from {database}.main.fact
where len(brands) = 0 or list_has_any(brands, (select list(brand) from scope));
create or replace temp view issue_first as
select issue_id, kind, value, min(posted_at) as first_at
from (
    select issue_id, posted_at, unnest(['person', 'card', 'platform', 'language']) as kind,
        unnest([person, card_id::varchar, platform, language]) as value
    from fact
    where issue_id is not null
    union all
    select issue_id, posted_at, 'brand', unnest(brands) from fact where issue_id is not null
)
group by issue_id, kind, value;
