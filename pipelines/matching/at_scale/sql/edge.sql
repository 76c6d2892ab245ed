-- table:  edge_0      grain: pair
-- reads:  link
select a, b
from link
where accepted
