-- table:  member      grain: record
-- reads:  fact, label, self_weight
-- Every record with its cluster, and what its rows weigh as a pair where it has several.
select f.record, f.copies, f.position, coalesce(l.label, f.record) as label, s.weight as self_weight
from fact as f
left join label as l on l.record = f.record
left join self_weight as s on s.pattern = f.self_pattern and f.copies > 1
