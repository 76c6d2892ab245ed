-- table:  place_position      grain: place, building, position
-- reads:  dwelling
-- The last two digits of a room number are its position on the floor.
select distinct place, building, right(room, 2) as position
from dwelling
where length(room) >= 3
order by place, building, position
