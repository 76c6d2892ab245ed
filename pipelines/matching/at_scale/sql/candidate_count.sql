-- reads:  block_pair
-- Candidates that each rule finds, whether or not others find them too.
select rule, count(*) as pairs
from block_pair
where candidate
group by rule
