-- table:  area_home      grain: housing_id
-- reads:  housing_golden, person_golden, community_keys, platform_city
-- Homes with the place they share with others, down to the building, and how many live in them. A home lies in the city of the
-- platforms that know it.
with resident as (
    select residence_housing_id as housing_id, count(*) as persons
    from person_golden
    where residence_housing_id is not null and deregistered is null
    group by residence_housing_id
),
home as (
    select
        h.housing_id, h.grid_code, c.city,
        coalesce(h.street, '') as street, coalesce(h.community, '') as community, coalesce(k.key, '') as community_key,
        coalesce(h.estate, '') as estate, coalesce(h.building, '') as building, coalesce(r.persons, 0) as persons
    from housing_golden h
    left join platform_city c on c.platform = split_part(h.platforms, ' ', 1)
    left join community_keys k on k.community = h.community
    left join resident r using (housing_id)
)
select *, dense_rank() over (order by city nulls first, street, community, estate, building) as place_no
from home
