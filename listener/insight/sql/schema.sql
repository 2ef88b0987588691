-- Facts of analysed mentions, without text or names: what counting and comparing needs, and nothing that deletion would have to chase.
-- No keys and no unique index on purpose: replacing is done by deleting first, and DuckDB's log replay has open bugs around them.
create table if not exists fact (
    mention_id bigint not null,
    card_id bigint not null,
    issue_id bigint,
    platform varchar not null,
    realm varchar not null,
    source varchar not null,
    channel varchar not null,
    brands varchar[] not null,
    directed boolean not null,
    person varchar not null,
    nameless boolean not null,
    language varchar not null,
    posted_at timestamp not null,
    first_seen_at timestamp not null,
    text_hash varchar not null
);
create table if not exists label (mention_id bigint not null, name varchar not null, value varchar not null);
create table if not exists applied (seq bigint not null, model varchar not null);
-- One row once people are told apart by stand-ins: words were let go, and one person has to stay one person (`hide_people`).
create table if not exists hidden (since_first_night boolean not null);
create or replace view issue_hour as
select issue_id, date_trunc('hour', posted_at) as hour, count(*) as mentions, count(distinct person) as authors
from fact
where issue_id is not null
group by all;
-- When each issue first had each person, card, platform, language and brand: derived from the facts and kept with every batch.
create table if not exists issue_first (issue_id bigint not null, kind varchar not null, value varchar not null, first_at timestamp not null);
create or replace view issue_mark as
select issue_id, mention_id, posted_at, 'person' as kind, person as value from fact where issue_id is not null
union all
select issue_id, mention_id, posted_at, 'card', card_id::varchar from fact where issue_id is not null
union all
select issue_id, mention_id, posted_at, 'platform', platform from fact where issue_id is not null
union all
select issue_id, mention_id, posted_at, 'language', language from fact where issue_id is not null
union all
select issue_id, mention_id, posted_at, 'brand', unnest(brands) from fact where issue_id is not null;
