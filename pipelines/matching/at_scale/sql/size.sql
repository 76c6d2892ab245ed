-- table:  size      grain: rule, key
-- reads:  key, rule
-- Keys that more than one record has, and whether they are over the cap of their rule.
select s.rule, s.key, s.entries, s.entries > r.cap as capped
from (select rule, key, count(*) as entries from key group by rule, key having count(*) > 1) as s
join rule as r on r.rule = s.rule
