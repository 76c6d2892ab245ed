-- table:  chosen      grain: row
-- reads:  address, candidate, place_grid, place_building
-- A name that stands for several places is settled by the grid the row declares, then by which of them has the building.
-- Two places that stay equal are left open: no guess.
with evidence as (
    select a.row, c.place,
           g.place is not null as grid_agrees,
           b.place is not null as building_exists
    from address as a
    join candidate as c using (location)
    left join place_grid as g on g.place = c.place and g.grid_code = a.grid_code
    left join place_building as b on b.place = c.place and b.building = coalesce(a.building, '')
),
by_grid as (
    select *, bool_or(grid_agrees) over (partition by row) as any_grid from evidence
),
by_building as (
    select *, bool_or(building_exists) over (partition by row) as any_building
    from by_grid
    where grid_agrees or not any_grid
)
select row, min(place) as place
from by_building
where building_exists or not any_building
group by row
having count(*) = 1
order by row
