-- table:  pair      grain: pair
-- reads:  block_pair
-- origin 0: a candidate; 1: no candidate, but one to learn from.
select a, b, min(case when candidate then 0 else 1 end) as origin
from block_pair
group by a, b
