-- reads:  fact
-- Patterns of records of several rows with themselves, and the rows beyond the first.
select self_pattern as pattern, cast(sum(copies - 1) as bigint) as further
from fact
where copies > 1
group by self_pattern
order by self_pattern
