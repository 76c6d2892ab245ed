-- table: source      grain: one row per platform, dataset, delivery, file, sheet, role and kind of mentions
-- reads: link_mention (stage link/mention)
create temp table source as
select row_number() over () as source, *
from (select distinct platform, dataset, delivery_id, file_name, sheet_name, role, entity_kind from link_mention)
