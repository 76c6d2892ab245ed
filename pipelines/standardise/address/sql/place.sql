-- table:  place      grain: street, community, estate
-- reads:  reference
-- A village is a place none of whose dwellings has a building or room: there the road number is the door of one house.
-- An estate's road and number are the ones most of its dwellings carry; its grid is given only where it lies in one.
with address as (
    select distinct street, community, estate, road, road_number,
           count(*) over (partition by street, community, estate, road, road_number) as dwellings
    from reference
    where estate is not null
),
kind as (
    select street, community, estate,
           bool_and(building is null and room is null) as village,
           case when count(distinct grid_code) = 1 then min(grid_code) end as grid_code
    from reference
    where estate is not null
    group by street, community, estate
),
main as (
    select street, community, estate,
           arg_max(road, (dwellings, road)) as road,
           arg_max(road_number, (dwellings, road, road_number)) as road_number
    from address
    group by street, community, estate
)
select cast(row_number() over (order by k.street, k.community, k.estate) - 1 as integer) as place,
       k.street, k.community, k.estate, m.road,
       case when not k.village then m.road_number end as road_number,
       k.grid_code, k.village
from kind as k
join main as m
  on k.street is not distinct from m.street
 and k.community is not distinct from m.community
 and k.estate = m.estate
order by place
