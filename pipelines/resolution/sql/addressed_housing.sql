-- table:  addressed      grain: mention_id
-- reads:  mention, member
-- The address of a housing mention; which home it is, is what the mention says itself.
select
    m.mention_id, null::varchar as tied_housing_id, m.address_raw, m.street, m.community, m.road, m.road_number, m.estate,
    m.building, m.unit, m.room, m.dwelling, m.dwelling_level
from mention m
join member n using (mention_id)
where n.slice_no = {slice_no}
