-- table:  standard      grain: position (one per row given)
-- reads:  part, distinct_part, outcome
select o.street, o.community, o.road, o.road_number, o.estate, o.building, o.unit, o.room, o.dwelling, o.dwelling_level,
       o.grid_code
from part as p
join distinct_part as d
  on p.text is not distinct from d.text
 and p.street is not distinct from d.street
 and p.community is not distinct from d.community
 and p.road is not distinct from d.road
 and p.road_number is not distinct from d.road_number
 and p.estate is not distinct from d.estate
 and p.building is not distinct from d.building
 and p.unit is not distinct from d.unit
 and p.room is not distinct from d.room
 and p.grid_code is not distinct from d.grid_code
join outcome as o using (row)
order by p.position
