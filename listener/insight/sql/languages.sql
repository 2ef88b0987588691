-- In which language a mention is written, so that a page can tell a screen reader.
select mention_id, language from fact where mention_id in (select unnest($ids));
