-- table:  quality.grid_balance      grain: grid_code
-- reads:  base.grid, base.housing, base.person, link.person_housing
-- A household is a home somebody lives in now; the deregistered are not counted. Norms: $households_from … $persons_to.
with household as (
    select distinct housing_id from link.person_housing where relation = 'resides' and is_current
),
home as (
    select h.grid_code, count(*) as homes, count(l.housing_id) as households
    from base.housing h
    left join household l using (housing_id)
    group by h.grid_code
),
person as (
    select grid_code, count(*) as persons from base.person where deregistered is null group by grid_code
),
counted as (
    select
        g.grid_code, g.name, g.parent_code as community_code, c.parent_code as street_code,
        coalesce(h.homes, 0) as homes, coalesce(h.households, 0) as households, coalesce(p.persons, 0) as persons
    from base.grid g
    left join base.grid c on c.grid_code = g.parent_code
    left join home h on h.grid_code = g.grid_code
    left join person p on p.grid_code = g.grid_code
    where g.level = 'grid'
)
select
    *,
    case when households < $households_from then 'under' when households > $households_to then 'over' else 'within' end as household_balance,
    case when persons < $persons_from then 'under' when persons > $persons_to then 'over' else 'within' end as person_balance,
    round(persons / (($persons_from + $persons_to) / 2))::bigint as grids_advised,
    '$households_from–$households_to' as household_norm, '$persons_from–$persons_to' as person_norm
from counted
