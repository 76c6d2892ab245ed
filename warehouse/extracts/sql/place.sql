-- table: place_now      grain: platform, dataset, role, entity_kind and attribute that some department may see and some claim asserts
-- reads: claimed, source, entitlement
create temp table place_now as
with counted as (
    select source, number, count(*) as claims from claimed group by source, number
)
select s.platform, s.dataset, s.role, s.entity_kind, e.attribute, sum(c.claims)::bigint as claims
from counted c
join source s using (source)
join entitlement e on e.platform = s.platform and e.entity_kind = s.entity_kind and e.number = c.number
group by all
