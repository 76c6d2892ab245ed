-- table:  holding      grain: place, value
-- reads:  column_value
-- How many mentions and how many known entities have each value.
select place, value, cast(sum(copies) as bigint) as mentions, count(distinct identity) as holders
from column_value
group by place, value
