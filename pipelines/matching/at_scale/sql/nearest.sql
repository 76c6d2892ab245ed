-- table:  nearest_{n}      grain: node
-- reads:  edge_{n}
-- Every node takes the smallest of itself and its neighbours.
select node, min(near) as label
from (
    select a as node, least(a, b) as near from edge_{n}
    union all
    select b as node, least(a, b) as near from edge_{n}
) as ends
group by node
