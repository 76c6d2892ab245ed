-- table:  placement      grain: entity_no, attribute_no
-- reads:  winner, rule, claimant, housing_golden
-- The grid of the chosen residence, where the residence is a known home in a known grid.
select w.entity_no, grid.attribute_no, h.grid_code as key
from winner w
join rule address on address.attribute_no = w.attribute_no and address.attribute = '{address}'
join claimant c using (mention_id)
join housing_golden h on h.housing_id = c.place_id
cross join (select attribute_no from rule where attribute = 'grid_code') grid
where h.grid_code is not null
