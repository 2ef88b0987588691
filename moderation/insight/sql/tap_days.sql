-- Contacts per day of one issue ("") and of the rest of its brands by cause: of one person only the first mention of a day, and spam never.
with bucket as (select unnest($numbers) as number, unnest($ends) as ends_at),
theirs as (select distinct unnest(brands) as brand from fact where issue_id = $issue_id),
cause as (select mention_id, min(value) as kind from label where name = 'cause' group by mention_id),
contact as (
    select number, person, if(issue_id = $issue_id, '', coalesce(kind, 'other')) as kind
    from fact asof join bucket on fact.posted_at <= bucket.ends_at
    left join cause using (mention_id)
    where posted_at > $from_at and posted_at <= $to_at
        and (issue_id = $issue_id or not exists (from theirs) or list_has_any(brands, (select list(brand) from theirs)))
        and mention_id not in (select mention_id from label where name = 'spam' and value = 'yes')
)
select kind, number, count(distinct person) as contacts
from contact
group by all
order by kind, number;
