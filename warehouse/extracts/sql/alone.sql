-- grain: one row per current row about an entity that no other platform knows
-- reads: mention (of one platform), own_row
select m.file_name, m.sheet_name, m.row_number, k.key, k.name, m.role, m.entity_kind, m.entity_id
from mention m
left join own_row k on k.delivery_id = m.delivery_id and k.sheet_name = m.sheet_name and k.row_number = m.row_number
where m.is_subject and m.is_alone
order by m.file_name, m.sheet_name, m.row_number, m.delivery_id
