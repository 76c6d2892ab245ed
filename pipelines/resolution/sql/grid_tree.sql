-- table:  base.grid      grain: grid_code
-- reads:  reference
with line as (
    select *, left(street_code, 6) as city_code
    from reference
    where nullif(grid_code, '') is not null
      and nullif(community_code, '') is not null
      and length(street_code) >= 6
),
node as (
    select city_code as code, city as name, 'city' as level, 1 as depth, null as parent from line
    union all
    select street_code, street, 'street', 2, city_code from line
    union all
    select community_code, community, 'community', 3, street_code from line
    union all
    select grid_code, grid, 'grid', 4, community_code from line
)
select
    code as grid_code,
    coalesce(min(name), code) as name,
    arg_min(level, depth) as level,
    arg_min(parent, (depth, parent)) as parent_code,
    0::bigint as person_count,
    0::bigint as housing_count,
    0::bigint as enterprise_count
from node
group by code
order by code
