-- table:  golden.housing      grain: housing_id
-- reads:  size, chosen, claimant, tree
-- The parts of the address come from the one mention whose address was chosen, so that they fit each other.
with sited as (
    select c.entity_no, m.street, m.community, m.road, m.road_number, m.estate, m.building, m.unit, m.room, m.dwelling
    from chosen c
    join claimant m on m.mention_id = c.address.mention_id
)
select
    s.entity_id as housing_id,
    c.address.value as address,
    a.street, a.community, a.road, a.road_number, a.estate, a.building, a.unit, a.room, a.dwelling,
    c.unit_number.value as unit_number,
    c.address_code.value as address_code,
    c.area.value::double as area,
    c.usage.value as usage,
    c.resident_count.value::bigint as resident_count,
    t.grid_code, t.community_code, t.street_code,
    s.mention_count, s.platforms, s.platform_count, s.conflict_count, s.last_claimed_on
from size s
left join chosen c using (entity_no)
left join sited a using (entity_no)
left join tree t on t.grid_code = c.grid_code.value
order by s.entity_no
