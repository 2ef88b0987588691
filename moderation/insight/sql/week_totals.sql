-- One row about the week: how much, by how many, how it was felt, and what of it is not known. Spam counts only as spam.
-- A contact is one person on one day about one issue, however often they wrote.
select
    count(*) filter (where now and not spam) as mentions,
    count(*) filter (where not now and not spam) as before_mentions,
    count(distinct person) filter (where now and not spam) as people,
    count(*) filter (where now and spam) as spam,
    count(*) filter (where now and not spam and directed) as directed,
    count(*) filter (where now and not spam and directed and unnecessary) as unnecessary,
    count(*) filter (where now and not spam and directed and searched) as searched,
    count(*) filter (where now and not spam and sentiment = 'negative') as negative,
    count(*) filter (where now and not spam and sentiment = 'neutral') as neutral,
    count(*) filter (where now and not spam and sentiment = 'positive') as positive,
    count(distinct (person, day, issue_id)) filter (where now and not spam) as contacts,
    count(distinct (person, day, issue_id)) filter (where not now and not spam) as before_contacts,
    count(*) filter (where now and not spam and issue_id is null) as loose,
    count(*) filter (where now and not spam and nameless) as nameless,
    count(*) filter (where now and not spam and language = 'other') as other_language
from week_fact;
