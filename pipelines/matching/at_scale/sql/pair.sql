-- table:  pair      grain: pair
-- reads:  met
-- origin 0: a candidate; 1: no candidate, but one to learn from.
select a, b, min(case when candidate then 0 else 1 end) as origin
from met
group by a, b
