-- table:  link.grid_division      grain: grid_code, platform, division_code
-- reads:  areas, area_home, area_chosen, component_inside, component_golden
with home as (
    select h.grid_code, c.area_no, count(*) as homes
    from area_home h
    join area_chosen c using (place_no)
    where c.area_no is not null and h.grid_code is not null
    group by h.grid_code, c.area_no
),
component as (
    select g.grid_code, i.area_no, count(*) as components
    from component_inside i
    join component_golden g using (component_id)
    where g.grid_code is not null
    group by g.grid_code, i.area_no
),
common as (
    select
        coalesce(h.grid_code, c.grid_code) as grid_code, coalesce(h.area_no, c.area_no) as area_no,
        coalesce(h.homes, 0) as homes, coalesce(c.components, 0) as components
    from home h
    full join component c on c.grid_code = h.grid_code and c.area_no = h.area_no
)
select
    b.grid_code, a.platform, a.division_code, b.homes,
    round(b.homes / nullif(sum(b.homes) over (partition by b.grid_code, a.platform), 0), 4) as share_of_grid,
    round(b.homes / nullif(sum(b.homes) over (partition by b.area_no), 0), 4) as share_of_division,
    b.components
from common b
join areas a using (area_no)
order by b.grid_code, a.platform, a.division_code
