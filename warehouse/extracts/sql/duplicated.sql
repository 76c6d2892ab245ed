-- grain: one row per current row that is about an entity another current row is about as well
-- reads: duplicate, mention (of one platform), own_row
select m.file_name, m.sheet_name, m.row_number, k.key, k.name, m.role, m.entity_kind, m.entity_id, d.others
from duplicate d
join mention m
    on m.dataset = d.dataset and m.delivery_id = d.delivery_id and m.sheet_name = d.sheet_name and m.row_number = d.row_number and m.is_subject
left join own_row k on k.delivery_id = m.delivery_id and k.sheet_name = m.sheet_name and k.row_number = m.row_number
order by m.entity_id, m.file_name, m.sheet_name, m.row_number, m.delivery_id
