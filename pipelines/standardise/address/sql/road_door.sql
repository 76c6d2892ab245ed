-- table:  road_door      grain: road, door, place
-- reads:  reference, place
select distinct r.road, r.road_number as door, p.place
from reference as r
join place as p
  on r.street is not distinct from p.street
 and r.community is not distinct from p.community
 and r.estate = p.estate
where r.road is not null and r.road_number is not null
order by r.road, door, p.place
