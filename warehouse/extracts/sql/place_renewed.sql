-- table: place_now      grain: platform, dataset, role, entity_kind and attribute that some department may see and some claim asserts
-- reads: former_place, former_attribute, former_mention, entitlement, touched; attribute, link_mention (of entities that are concerned)
-- Claims about other entities are those that were counted.
with gone as (
    select m.platform, m.dataset, m.role, m.entity_kind, a.attribute, -count(*)::bigint as claims
    from former_attribute a
    semi join touched t on t.entity_kind = a.entity_kind and t.entity_id = a.entity_id
    semi join entitlement e on e.platform = a.platform and e.entity_kind = a.entity_kind and e.attribute = a.attribute
    join former_mention m using (platform, delivery_id, file_name, sheet_name, row_number, role, entity_kind)
    group by all
),
come as (
    select m.platform, m.dataset, m.role, m.entity_kind, a.attribute, count(*)::bigint as claims
    from attribute a
    semi join touched t on t.entity_kind = a.entity_kind and t.entity_id = a.entity_id
    semi join entitlement e on e.platform = a.platform and e.entity_kind = a.entity_kind and e.attribute = a.attribute
    join link_mention m using (platform, delivery_id, file_name, sheet_name, row_number, role, entity_kind)
    group by all
)
select platform, dataset, role, entity_kind, attribute, sum(claims)::bigint as claims
from (from former_place union all from gone union all from come)
group by all
having sum(claims) > 0
