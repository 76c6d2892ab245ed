-- table: place_now      grain: platform, dataset, role, entity_kind and attribute that some department may see and some claim asserts
-- reads: attribute, link_mention (all of them), entitlement
select m.platform, m.dataset, m.role, m.entity_kind, a.attribute, count(*)::bigint as claims
from attribute a
semi join entitlement e on e.platform = a.platform and e.entity_kind = a.entity_kind and e.attribute = a.attribute
join link_mention m using (platform, delivery_id, file_name, sheet_name, row_number, role, entity_kind)
group by all
