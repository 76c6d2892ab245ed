-- table:  resolved      grain: row
-- reads:  address, location, chosen, place, place_building, dwelling
-- The dwelling of an address in a known place. The reference settles a missing unit where only one dwelling fits; a room
-- it does not know stands only where it fits the building's floors and positions, since lost digits look like other rooms.
with placed as (
    select a.row, c.place, p.village, a.room is not null and a.room_mark is null as bare,
           case when p.village then '' else coalesce(a.building, '') end as building,
           case when p.village then '' else coalesce(a.unit, '') end as unit,
           case when not p.village then coalesce(a.room, '')
                when a.building is not null and a.room is not null then a.building || '-' || a.room
                else coalesce(a.room, a.building, l.road_number, '') end as room
    from address as a
    join location as l using (location)
    join chosen as c using (row)
    join place as p using (place)
),
same as (
    select l.row, d.grid_code
    from placed as l
    join dwelling as d using (place, building, unit, room)
),
without_unit as (
    select l.row, count(*) as dwellings, min(d.unit) as unit, min(d.grid_code) as grid_code
    from placed as l
    join dwelling as d using (place, building, room)
    where l.unit = '' and l.room <> ''
    group by l.row
),
without_building as (
    select l.row, min(d.building) as building, min(d.unit) as unit, min(d.grid_code) as grid_code
    from placed as l
    join dwelling as d using (place, room)
    where l.building = '' and l.unit = '' and l.room <> '' and not l.village and not l.bare
    group by l.row
    having count(*) = 1
),
floor_seen as (
    select distinct place, building, left(room, -2) as floor from dwelling where length(room) >= 3
),
position_seen as (
    select distinct place, building, right(room, 2) as position from dwelling where length(room) >= 3
),
longer as (
    select distinct l.row
    from placed as l
    join dwelling as d using (place, building)
    where l.bare and l.room <> '' and not l.village and starts_with(d.room, l.room) and d.room <> l.room
),
judged as (
    select l.*,
           coalesce(b.rooms, 0) as rooms, coalesce(b.units, 0) as units, coalesce(b.restarts, false) as restarts,
           s.row is not null as known, s.grid_code as same_grid,
           w.dwellings, w.unit as only_unit, w.grid_code as only_grid,
           o.building as only_building, o.unit as building_unit, o.grid_code as building_grid,
           g.row is not null as cut_short,
           f.floor is not null and q.position is not null as fits
    from placed as l
    left join place_building as b using (place, building)
    left join same as s using (row)
    left join without_unit as w using (row)
    left join without_building as o using (row)
    left join longer as g using (row)
    left join floor_seen as f on f.place = l.place and f.building = l.building and f.floor = left(l.room, -2)
    left join position_seen as q
      on q.place = l.place and q.building = l.building and q.position = right(l.room, 2) and length(l.room) >= 3
),
verdict as (
    select *,
           case when room = '' then 'none'
                when known then 'known'
                when dwellings = 1 and (units <= 1 or not restarts) then 'fill_unit'
                when only_building is not null then 'fill_building'
                when village then 'own'
                when building = '' then 'none'
                when unit = '' and units > 0 then 'ambiguous'
                when cut_short or (bare and length(room) < 3) then 'cut'
                when rooms >= 8 and not fits then 'cut'
                when unit <> '' and rooms > 0 and units = 0 then 'drop_unit'
                else 'own' end as verdict
    from judged
)
select row, place,
       case when village then null
            when verdict = 'fill_building' then nullif(only_building, '')
            else nullif(building, '') end as building,
       case when verdict = 'fill_unit' then nullif(only_unit, '')
            when verdict = 'fill_building' then nullif(building_unit, '')
            when verdict = 'drop_unit' then null
            else nullif(unit, '') end as unit,
       case when verdict not in ('cut', 'none') or (verdict = 'none' and not bare) then nullif(room, '') end as room,
       verdict in ('known', 'fill_unit', 'fill_building', 'drop_unit', 'own') as settled,
       case verdict when 'known' then same_grid when 'fill_unit' then only_grid when 'fill_building' then building_grid
            end as grid_code
from verdict
order by row
