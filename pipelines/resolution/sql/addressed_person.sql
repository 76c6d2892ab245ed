-- table:  addressed      grain: mention_id
-- reads:  mention, member, housing_mention, housing_entity
-- The address a person mention speaks of: its own, or that of the home of the same row it is tied to.
with mine as (
    select p.* from mention p join member n using (mention_id) where n.slice_no = {slice_no}
)
select
    p.mention_id, null::varchar as tied_housing_id, p.address_raw, p.street, p.community, p.road, p.road_number, p.estate,
    p.building, p.unit, p.room, p.dwelling, p.dwelling_level
from mine p
where p.housing_mention_id is null
union all
select
    p.mention_id, e.entity_id, h.address_raw, h.street, h.community, h.road, h.road_number, h.estate,
    h.building, h.unit, h.room, h.dwelling, h.dwelling_level
from mine p
join housing_mention h on h.mention_id = p.housing_mention_id
join housing_entity e on e.mention_id = p.housing_mention_id
