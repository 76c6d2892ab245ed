-- table: place_now      grain: platform, dataset, role, entity_kind and attribute that some department may see and some claim asserts
-- reads: claimed, slot, entitlement
create temp table place_now as
with counted as (
    select slot, number, count(*)::bigint as claims from claimed group by slot, number
)
select s.platform, s.dataset, s.role, s.entity_kind, e.attribute, c.claims
from counted c
join slot s using (slot)
join entitlement e on e.platform = s.platform and e.entity_kind = s.entity_kind and e.number = c.number
