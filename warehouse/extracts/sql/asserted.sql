-- grain: dataset, role, attribute that at least one current row of the platform asserts, of those the department may see
-- reads: prepared_place (of one platform), granted
-- Also what a row asserts without a column of its own: the birth date inside an identity number.
select distinct p.dataset, p.role, p.attribute
from prepared_place p
semi join granted g on g.entity_kind = p.entity_kind and g.attribute = p.attribute
order by all
