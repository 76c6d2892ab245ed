-- table:  component_{next}      grain: node
-- reads:  component_{n}, nearest_{n}
-- Nodes follow what they have taken.
select c.node, coalesce(x.label, c.label) as label
from component_{n} as c
left join nearest_{n} as x on x.node = c.label
