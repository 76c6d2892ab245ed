-- table:  place_building      grain: place, building
-- reads:  dwelling
-- `restarts` says that room numbers begin anew in every unit: then a room without its unit is not settled by there being
-- only one such room in the reference, for the other may be missing from it.
with room as (
    select place, building, room, count(distinct unit) as units
    from dwelling
    group by place, building, room
),
unit as (
    select place, building, count(distinct unit) filter (where unit <> '') as units
    from dwelling
    group by place, building
)
select r.place, r.building, count(*) as rooms, any_value(u.units) as units, bool_or(r.units > 1) as restarts,
       min(try_cast(left(r.room, -2) as integer)) as lowest, max(try_cast(left(r.room, -2) as integer)) as highest,
       count(*) over (partition by r.place) as buildings
from room as r
join unit as u on u.place = r.place and u.building = r.building
group by r.place, r.building
order by r.place, r.building
