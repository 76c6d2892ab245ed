-- table: claim_state      grain: one row per mention and attribute it claims
-- reads: claimed
-- Where a row asserts an attribute twice its best claim counts; one that is known to be wrong where there is no other.
create temp table claim_state as
select mention, number, coalesce(max(state) filter (state < 7), 7)::tinyint as state
from claimed
group by mention, number
