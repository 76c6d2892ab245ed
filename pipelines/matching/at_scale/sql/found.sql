-- reads:  met
-- Candidates that each rule finds, whether or not others find them too.
select rule, count(*) as pairs
from met
where candidate
group by rule
