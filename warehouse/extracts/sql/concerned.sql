-- table: concerned      grain: one row per entity that a row names which is worked out again
-- reads: all_link_mention, dirty, whole (platforms that are written whole)
select entity_kind, entity_id
from all_link_mention m
semi join dirty d on d.platform = m.platform and d.delivery_id = m.delivery_id and d.sheet_name = m.sheet_name and d.row_number = m.row_number
union
select entity_kind, entity_id
from all_link_mention m
semi join whole w on w.platform = m.platform
