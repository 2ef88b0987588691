-- One row about a period: all mentions, distinct people (never a sum over hours), loose mentions, and mentions that named nobody.
select
    count(*) as mentions,
    count(distinct person) as authors,
    count(*) filter (where issue_id is null) as loose,
    count(*) filter (where nameless) as nameless
from fact
where posted_at > $from_at and posted_at <= $as_of;
