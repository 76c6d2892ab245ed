-- table:  quality.grid_boundary      grain: platform, city, street, community, estate, building
-- reads:  areas, area_home, area_chosen
-- Of the base tree: buildings whose homes lie in several grids. Of other divisions: places that several areas list and no
-- position tells apart, or that no area covers.
with place as (
    select
        place_no, city, street, community, estate, building, count(*) as homes,
        string_agg(distinct grid_code, ' ' order by grid_code) as grids, count(distinct grid_code) as leaves
    from area_home
    group by place_no, city, street, community, estate, building
),
platform as (select distinct platform, city from areas where len(communities) + len(estates) > 0 or shape is not null)
select '' as platform, coalesce(city, '') as city, street, community, estate, building, 'several' as finding, grids as candidate_codes, homes
from place
where leaves > 1
union all
select
    f.platform, coalesce(p.city, ''), p.street, p.community, p.estate, p.building,
    case when c.place_no is null then 'none' else 'undecided' end, coalesce(c.candidates, ''), p.homes
from place p
join platform f on f.city is not distinct from p.city
left join area_chosen c on c.place_no = p.place_no and c.platform = f.platform
where c.area_no is null
order by 1, 2, 3, 4, 5, 6
