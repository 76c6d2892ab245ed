-- table:  place_grid      grain: place, grid_code
-- reads:  dwelling
select distinct place, grid_code
from dwelling
where grid_code is not null
order by place, grid_code
