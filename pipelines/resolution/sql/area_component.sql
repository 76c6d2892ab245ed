-- table:  area_component      grain: component_id
-- reads:  component_golden
select
    component_id,
    try_cast(split_part(location, ',', 1) as double) as lng,
    try_cast(split_part(location, ',', 2) as double) as lat
from component_golden
where try_cast(split_part(location, ',', 1) as double) is not null and try_cast(split_part(location, ',', 2) as double) is not null
order by component_id
