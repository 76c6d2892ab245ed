-- table:  outcome      grain: row
-- reads:  address, location, resolved, place
-- Places the reference knows speak in its words; others in their own, with road and number in the estate's stead where an
-- address has no estate. A door number alone on a road may be an estate's gate, so it makes no dwelling.
with joined as (
    select a.row, l.guess and r.row is null as refused,
           coalesce(p.street, l.street) as street,
           coalesce(p.community, l.community) as community,
           coalesce(p.road, l.road) as road,
           coalesce(p.road_number, case when p.village then r.room end, l.road_number) as road_number,
           coalesce(p.estate, case when not l.guess then l.estate end) as estate,
           case when r.row is null then a.building else r.building end as building,
           case when r.row is null then a.unit else r.unit end as unit,
           case when r.row is null then a.room else r.room end as room,
           case when r.row is null
                then a.room is not null and (length(a.room) >= 3 or a.room_mark is not null)
                else r.settled end as settled,
           r.row is not null as placed,
           a.grid_code as declared_grid,
           coalesce(r.grid_code, p.grid_code) as placed_grid
    from address as a
    join location as l using (location)
    left join (select * from resolved where not refused) as r on r.row = a.row
    left join place as p on p.place = r.place
),
candidates as (
    select a.row, count(*) as places from address as a join candidate as c using (location) group by a.row
),
keyed as (
    select j.*,
           coalesce(j.estate, case when j.road is not null and j.road_number is not null
                                   then j.road || j.road_number || '号' end) as site,
           j.settled and not j.refused and (j.placed or coalesce(c.places, 0) <= 1) as unambiguous
    from joined as j
    left join candidates as c using (row)
),
dwelling as (
    select *,
           case when unambiguous and site is not null and room is not null
                then coalesce(community, '') || '/' || site || '/' || coalesce(building, '') || '/'
                     || coalesce(unit, '') || '/' || room end as dwelling
    from keyed
)
select row, street, community, road, road_number, estate, building, unit, room, dwelling,
       case when dwelling is not null then 'room'
            when building is not null and site is not null then 'building'
            when estate is not null then 'estate'
            when road is not null then 'road'
            when community is not null then 'community'
            else 'none' end as dwelling_level,
       coalesce(declared_grid, placed_grid) as grid_code
from dwelling
order by row
