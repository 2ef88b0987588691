-- Copies a batch; a mention without author counts as an author of its own, because nobody can say that two of them are one.
insert into fact
select
    mention_id, card_id, issue_id, platform, realm, source, channel, brands, directed,
    if(author_key = '', 'mention ' || mention_id, author_key), author_key = '',
    language, posted_at, first_seen_at, text_hash
from batch;
