-- table:  addressed      grain: mention_id
-- reads:  mention, member
-- The address an enterprise mention gives as its seat.
select
    m.mention_id, null::varchar as tied_housing_id, m.address_raw, m.street, m.community, m.road, m.road_number, m.estate,
    m.building, m.unit, m.room, m.dwelling, m.dwelling_level
from mention m
join member n using (mention_id)
where n.slice_no = {slice_no}
