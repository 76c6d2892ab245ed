-- grain: one row per current row about an entity that no other platform knows
-- reads: mention (of one platform), alone (entities that one platform alone knows), own_row
select m.file_name, m.sheet_name, m.row_number, k.key, k.name, m.role, m.entity_kind, m.entity_id
from mention m
semi join alone a on a.entity_kind = m.entity_kind and a.entity_id = m.entity_id
left join own_row k on k.delivery_id = m.delivery_id and k.sheet_name = m.sheet_name and k.row_number = m.row_number
where m.is_subject
order by m.file_name, m.sheet_name, m.row_number, m.delivery_id
