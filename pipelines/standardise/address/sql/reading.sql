-- table:  reading      grain: row
-- reads:  unsettled, dwelling
-- Other ways to read the numbers of an address whose plain reading is no dwelling: one mark lost (11单元1803室 is 1幢1单元
-- 1803室, 52-1102 is 5-2-1102). A reading counts only if it is the only one the reference knows.
with plain as (
    select l.row
    from unsettled as l
    join dwelling as d using (place, building, room)
    where l.unit = '' or l.unit = d.unit
),
unknown as (
    select l.*
    from unsettled as l
    anti join plain using (row)
    where not l.village and l.room <> '' and not l.lost
),
cut as (
    select unnest(range(1, 4)) as digits
),
split as (
    select row, place, left(unit, digits) as building, substr(unit, digits + 1) as unit, room
    from unknown, cut
    where building = '' and length(unit) > digits
    union all
    select row, place, left(building, digits), substr(building, digits + 1), room
    from unknown, cut
    where unit = '' and length(building) > digits
    union all
    select row, place, building, left(room, digits), substr(room, digits + 1)
    from unknown, cut
    where building <> '' and unit = '' and length(room) > digits + 2
    union all
    select row, place, left(room, digits), '', substr(room, digits + 1)
    from unknown, cut
    where building = '' and unit = '' and length(room) > digits + 2
    union all
    select row, place, floor, unit, room
    from unknown
    where building = '' and floor <> ''
),
known as (
    select distinct s.row, d.building, d.unit, d.room, d.grid_code
    from split as s
    join dwelling as d using (place, building, unit, room)
)
select row, min(building) as building, min(unit) as unit, min(room) as room, min(grid_code) as grid_code
from known
group by row
having count(*) = 1
order by row
