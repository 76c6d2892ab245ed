-- table: mention      grain: one row per mention
-- reads: link_mention (stage link/mention)
select platform, dataset, delivery_id, file_name, sheet_name, row_number, role, entity_kind, entity_id
from link_mention
