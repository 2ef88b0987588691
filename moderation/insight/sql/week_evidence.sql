-- Which mentions a figure of the week counted, newest first: what a reader is shown who asks "which ones?".
select mention_id, count(*) over () as total
from week_fact
where now = ($figure <> 'before')
    and ($issue_id is null or issue_id = $issue_id)
    and ($since::timestamp is null or posted_at >= $since::timestamp)
    and case $figure
        when 'all' then not spam
        when 'before' then not spam
        when 'spam' then spam
        when 'directed' then not spam and directed
        when 'unnecessary' then not spam and directed and unnecessary
        when 'searched' then not spam and directed and searched
        when 'negative' then not spam and sentiment = 'negative'
        when 'positive' then not spam and sentiment = 'positive'
        when 'idea' then not spam and idea
        when 'compliment' then not spam and compliment
        when 'loose' then not spam and issue_id is null
        when 'nameless' then not spam and nameless
        when 'language' then not spam and language = 'other'
        when 'source' then source = $source
        else false end
order by posted_at desc, mention_id desc
limit $most offset $skip;
