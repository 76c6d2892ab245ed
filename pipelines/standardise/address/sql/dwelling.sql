-- table:  dwelling      grain: place, building, unit, room
-- reads:  reference, place
-- A house of a village is its door. Absent parts are '' so that they join.
with placed as (
    select p.place,
           coalesce(r.building, '') as building,
           coalesce(r.unit, '') as unit,
           coalesce(case when p.village then r.road_number else r.room end, '') as room,
           r.grid_code
    from reference as r
    join place as p
      on r.street is not distinct from p.street
     and r.community is not distinct from p.community
     and r.estate = p.estate
)
select place, building, unit, room,
       case when count(distinct grid_code) = 1 then min(grid_code) end as grid_code
from placed
where room <> ''
group by place, building, unit, room
order by place, building, unit, room
