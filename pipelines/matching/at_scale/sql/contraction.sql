-- table:  edge_{next}      grain: pair
-- reads:  edge_{n}, nearest_{n}
-- What is left between nodes that have taken different ones.
select distinct least(x.label, y.label) as a, greatest(x.label, y.label) as b
from edge_{n} as e
join nearest_{n} as x on x.node = e.a
join nearest_{n} as y on y.node = e.b
where x.label <> y.label
