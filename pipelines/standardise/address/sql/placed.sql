-- table:  placed      grain: row
-- reads:  address, location, chosen, place
-- An address in a known place, its numbers put where that place wants them: a village has doors only, so an address with
-- building and unit means another place at that number (`misplaced`).
select a.row, c.place, p.village, l.guess,
       a.room is not null and a.room_mark is null as bare,
       a.formal,
       p.village and (a.unit is not null or (a.room is not null and a.building_mark not in ('-', '号'))) as misplaced,
       a.lost or coalesce(a.building = '0', false) as lost,
       case when p.village then '' else coalesce(nullif(a.building, '0'), '') end as building,
       case when p.village then '' else coalesce(a.unit, '') end as unit,
       case when p.village then '' else coalesce(a.floor, '') end as floor,
       case when not p.village then coalesce(a.room, '')
            when a.building is not null and a.room is not null then a.building || '-' || a.room
            else coalesce(a.room, a.building, l.road_number, '') end as room
from address as a
join location as l using (location)
join chosen as c using (row)
join place as p using (place)
order by a.row
