-- table:  tree      grain: grid_code
-- reads:  grid
-- The grids with the nodes above them: what a golden record may be placed in.
select leaf.grid_code, leaf.parent_code as community_code, community.parent_code as street_code
from grid leaf
left join grid community on community.grid_code = leaf.parent_code
where leaf.level = 'grid'
