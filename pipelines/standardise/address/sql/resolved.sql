-- table:  resolved      grain: row
-- reads:  found, unsettled, reading, dwelling, place_building, place_position
-- The dwelling of an address in a known place. The reference settles a missing unit where only one dwelling fits; a room
-- it does not know stands only where it fits the building's floors (or the next) and positions, since lost digits look like other rooms.
with same as (
    select l.row, d.grid_code
    from unsettled as l
    join dwelling as d using (place, building, unit, room)
),
without_unit as (
    select l.row, count(*) as dwellings, min(d.unit) as unit, min(d.grid_code) as grid_code
    from unsettled as l
    join dwelling as d using (place, building, room)
    where l.unit = '' and l.room <> ''
    group by l.row
),
without_building as (
    select l.row, min(d.building) as building, min(d.unit) as unit, min(d.grid_code) as grid_code
    from unsettled as l
    join place_building as b on b.place = l.place and b.buildings = 1
    join dwelling as d on d.place = l.place and d.room = l.room
    where l.building = '' and l.unit = '' and l.room <> '' and not l.village and not l.bare
    group by l.row
    having count(*) = 1
),
longer as (
    select distinct l.row
    from unsettled as l
    join dwelling as d using (place, building)
    where l.bare and l.room <> '' and starts_with(d.room, l.room) and d.room <> l.room
),
judged as (
    select l.*,
           coalesce(b.rooms, 0) as rooms, coalesce(b.units, 0) as units, coalesce(b.restarts, false) as restarts,
           s.row is not null as known, s.grid_code as same_grid,
           w.dwellings, w.unit as unit_found, w.grid_code as unit_grid,
           o.building as building_found, o.unit as building_unit, o.grid_code as building_grid,
           r.building as read_building, r.unit as read_unit, r.room as read_room, r.grid_code as read_grid,
           r.row is not null as read,
           g.row is not null as longer,
           q.position is not null
           and coalesce(try_cast(left(l.room, -2) as integer) between b.lowest and b.highest + 1, false) as fits
    from unsettled as l
    left join place_building as b on b.place = l.place and b.building = l.building
    left join same as s on s.row = l.row
    left join without_unit as w on w.row = l.row
    left join without_building as o on o.row = l.row
    left join reading as r on r.row = l.row
    left join longer as g on g.row = l.row
    left join place_position as q
      on q.place = l.place and q.building = l.building and q.position = right(l.room, 2) and length(l.room) >= 3
),
verdict as (
    select *,
           case when room = '' then 'none'
                when lost then 'open'                                   -- the building's number is lost
                when misplaced then 'open'
                when village and bare and formal and longer then 'cut'  -- who writes the town writes 号: 村1 of 村116号
                when known then 'known'
                when dwellings = 1 and (units <= 1 or not restarts) then 'fill_unit'
                when building_found is not null then 'fill_building'
                when read then 'read'
                when guess and not (rooms >= 8 and fits) then 'open'
                when village then 'own'
                when building = '' then 'none'
                when unit = '' and units > 0 then 'open'                -- several units, and nothing says which
                when longer or (bare and length(room) < 3) then 'cut'
                when rooms >= 8 and not fits then 'cut'
                when unit <> '' and rooms > 0 and units = 0 then 'drop_unit'
                else 'own' end as verdict
    from judged
),
settled as (
    select row, place, guess and verdict not in ('known', 'fill_unit', 'fill_building', 'read')
               and dwellings is null and not (rooms >= 8 and fits) as refused,
           case when village then null
                when verdict = 'fill_building' then nullif(building_found, '')
                when verdict = 'read' then nullif(read_building, '')
                when verdict = 'open' and lost then null
                else nullif(building, '') end as building,
           case when verdict = 'fill_unit' then nullif(unit_found, '')
                when verdict = 'fill_building' then nullif(building_unit, '')
                when verdict = 'read' then nullif(read_unit, '')
                when verdict = 'drop_unit' then null
                when verdict = 'open' and lost then null
                else nullif(unit, '') end as unit,
           case when verdict = 'read' then read_room
                when verdict <> 'cut' and (verdict <> 'none' or not bare) then nullif(room, '') end as room,
           verdict not in ('none', 'open', 'cut') as settled,
           case verdict when 'known' then same_grid when 'fill_unit' then unit_grid when 'fill_building' then building_grid
                        when 'read' then read_grid end as grid_code
    from verdict
)
select row, place, false as refused,
       nullif(building, '') as building, nullif(unit, '') as unit, nullif(room, '') as room,
       true as settled, grid_code
from found
union all
select row, place, refused, building, unit, room, settled, grid_code
from settled
order by row
