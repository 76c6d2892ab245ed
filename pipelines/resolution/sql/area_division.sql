-- table:  base.division      grain: platform, division_code
-- reads:  areas, area_home, area_chosen, component_inside
with home as (
    select c.area_no, count(*) as homes, sum(h.persons)::bigint as persons, count(distinct h.grid_code) as grids
    from area_home h
    join area_chosen c using (place_no)
    where c.area_no is not null
    group by c.area_no
),
component as (select area_no, count(*) as components from component_inside group by area_no)
select
    a.platform, a.division_code, a.name, a.in_charge,
    case
        when len(a.communities) + len(a.estates) > 0 and a.shape is not null then 'both'
        when a.shape is not null then 'shape'
        when len(a.communities) + len(a.estates) > 0 then 'list'
        else 'none'
    end as given_by,
    coalesce(h.homes, 0) as homes, coalesce(h.persons, 0) as persons, coalesce(c.components, 0) as components,
    coalesce(h.grids, 0) as grids
from areas a
left join home h using (area_no)
left join component c using (area_no)
order by a.platform, a.division_code
