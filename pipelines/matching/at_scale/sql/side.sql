-- table:  side      grain: origin, pair
-- reads:  comparison, record
-- Pairs with the columns of both sides.
select q.a, q.b, q.origin, {columns}
from comparison as q
join record as l on l.record = q.a
join record as r on r.record = q.b
