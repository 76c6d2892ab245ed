-- reads:  size
-- Figures of the keys of each rule.
select rule, count(*) as shared,
       sum(case when capped then 1 else 0 end) as capped_keys,
       sum(case when capped then entries else 0 end) as capped_records,
       sum(case when capped then entries * (entries - 1) else 0 end) as capped_ends
from size
group by rule
