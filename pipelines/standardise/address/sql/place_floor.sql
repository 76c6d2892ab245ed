-- table:  place_floor      grain: place, building, floor
-- reads:  dwelling
select distinct place, building, left(room, -2) as floor
from dwelling
where length(room) >= 3
order by place, building, floor
