-- When history begins, to tell whether there is a baseline yet.
select min(posted_at) from fact where posted_at <= $as_of;
