-- table:  distinct_part      grain: row (one per distinct combination of the address columns)
-- reads:  part
select row_number() over (order by min(position)) - 1 as row,
       text, street, community, road, road_number, estate, building, unit, room, grid_code
from part
group by text, street, community, road, road_number, estate, building, unit, room, grid_code
