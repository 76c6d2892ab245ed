-- table: numbered_mention      grain: one row per mention
-- reads: link_mention (stage link/mention), slot
create temp table numbered_mention as
select
    row_number() over () as number, s.slot,
    platform, dataset, m.delivery_id, m.file_name, m.sheet_name, m.row_number, role, entity_kind, m.entity_id
from link_mention m
join slot s using (platform, dataset, role, entity_kind)
