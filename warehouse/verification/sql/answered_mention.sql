-- table: answered      grain: one row per finding that is answered and whose row still holds
-- reads: answered (findings), mention
select a.*, m.dataset, m.row_key, m.repeat
from answered a
join mention m
    on m.entity_kind = a.entity_kind and m.platform = a.platform and m.delivery_id = a.delivery_id and m.sheet_name = a.sheet_name
    and m.row_number = a.row_number and m.role = a.role
order by a.finding, a.file_name, a.sheet_name, a.row_number, a.role
