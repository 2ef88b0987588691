-- Reads every column of the counted tables, so that a damaged block is found at opening and not in the middle of a digest.
select
    (select sum(hash(fact)::hugeint) from fact),
    (select sum(hash(label)::hugeint) from label),
    (select sum(hash(issue_first)::hugeint) from issue_first),
    (select max(seq) from applied);
