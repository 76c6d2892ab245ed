-- grain: one row per current row and other entity that may be the same as the one it names
-- reads: prepared_doubt, mention (of one platform), own_row
select d.file_name, d.sheet_name, d.row_number, k.key, k.name, d.role, d.entity_kind, d.entity_id, d.other_entity_id,
    max(d.probability) as probability
from prepared_doubt d
join mention m
    on m.file_name = d.file_name and m.sheet_name = d.sheet_name and m.row_number = d.row_number and m.role = d.role and m.entity_kind = d.entity_kind
left join own_row k on k.delivery_id = m.delivery_id and k.sheet_name = m.sheet_name and k.row_number = m.row_number
group by all
order by probability desc, d.file_name, d.sheet_name, d.row_number, d.role, d.other_entity_id, d.entity_id, k.key, k.name
