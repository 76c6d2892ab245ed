-- table: dirty      grain: one row per row of a platform that names an entity, or named one, of which the stages say something else
-- reads: all_link_mention, former_mention, touched
-- With it goes every row of its number in a file of its name, whichever delivery that is of: lists tell rows by these alone.
with mentioned as (
    select platform, delivery_id, file_name, sheet_name, row_number, entity_kind, entity_id from all_link_mention
    union all
    select platform, delivery_id, file_name, sheet_name, row_number, entity_kind, entity_id from former_mention
),
place as (
    select distinct m.platform, m.file_name, m.sheet_name, m.row_number
    from mentioned m
    semi join touched t on t.entity_kind = m.entity_kind and t.entity_id = m.entity_id
)
select distinct m.platform, m.delivery_id, m.file_name, m.sheet_name, m.row_number
from mentioned m
semi join place p
    on p.platform = m.platform and p.file_name = m.file_name and p.sheet_name = m.sheet_name and p.row_number = m.row_number
