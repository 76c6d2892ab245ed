-- reads:  column_value
-- Known entities that have any value of a column.
select place, count(distinct identity) as entities
from column_value
group by place
