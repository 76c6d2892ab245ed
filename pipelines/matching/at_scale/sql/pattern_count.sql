-- reads:  pattern
-- How many pairs show each pattern.
select origin, pattern, count(*) as pairs
from pattern
group by origin, pattern
order by origin, pattern
