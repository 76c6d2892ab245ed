-- table: claim      grain: one row per current row, role and attribute the department may see
-- reads: attribute (stage attribute/<kind>), granted
-- state: 0 missing, 1 invalid, 2 differs, 3 agrees; where a row asserts an attribute twice its best claim counts.
create or replace temp table claim as
with own as (
    select
        a.delivery_id,
        a.file_name,
        a.sheet_name,
        a.row_number,
        a.role,
        a.entity_kind,
        a.entity_id,
        a.attribute,
        coalesce(a.value_raw, a.value) as written,
        a.reason,
        case
            when a.value is null and coalesce(trim(a.value_raw), '') = '' then 0
            when a.value is null or not a.is_valid then 1
            when a.is_golden then 3
            else 2
        end as state
    from attribute a
    semi join granted g on g.entity_kind = a.entity_kind and g.attribute = a.attribute
    where a.platform = $platform
)
select
    delivery_id,
    file_name,
    sheet_name,
    row_number,
    role,
    entity_kind,
    entity_id,
    attribute,
    max(state) as state,
    min(written) filter (where state in (1, 2)) as written,
    min(reason) filter (where state in (1, 2)) as reason
from own
group by all
