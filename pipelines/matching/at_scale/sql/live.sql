-- table:  live      grain: rule, alternative, record
-- reads:  key, size, rule, teaching
-- The entries that find pairs: of keys that several records share and that are not over the cap. A record whose value of the
-- first rule is over the cap counts as having none.
select k.rule, k.key, k.record, case when h.key is null then k.value end as value,
       k.chance < t.below as teaches, r.decides, r.allow_conflict
from key as k
join size as s on s.rule = k.rule and s.key = k.key
join rule as r on r.rule = k.rule
left join size as h on h.rule = 0 and h.key = k.value and h.capped
cross join teaching as t
where not s.capped
