-- table: numbered_mention      grain: one row per mention
-- reads: link_mention (stage link/mention), source
create temp table numbered_mention as
select
    row_number() over () as number, s.source,
    platform, dataset, delivery_id, file_name, sheet_name, m.row_number, role, entity_kind, m.entity_id
from link_mention m
join source s using (platform, dataset, delivery_id, file_name, sheet_name, role, entity_kind)
