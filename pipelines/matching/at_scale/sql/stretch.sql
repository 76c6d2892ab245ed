-- table:  stretch      grain: stretch of positions
-- reads:  copies
-- Records per stretch of positions: a sum over these numbers all records without sorting them at once.
select position >> 16 as stretch, count(*) as records
from copies
group by position >> 16
order by stretch
