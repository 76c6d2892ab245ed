-- table: mention      grain: one row per mention of the platform's current rows
-- reads: prepared_mention, subject (dataset, role), both of one platform
-- is_subject: the row is about the entity; repeats: how many current rows name the same entity in the same role; place:
-- which of them this is.
create or replace temp table mention as
select
    dataset, delivery_id, file_name, sheet_name, row_number, role, entity_kind, entity_id,
    (dataset, role) in (from subject) as is_subject,
    count(*) over entity as repeats,
    row_number() over (entity order by file_name, sheet_name, row_number, delivery_id) as place
from prepared_mention
window entity as (partition by entity_kind, entity_id, role)
