-- table: claim      grain: one row per claim of an attribute that some department may see in the extract of its platform
-- reads: attribute (stage attribute/<kind>), entitlement
-- state: 0 missing, 1 invalid, 2 differs, 3 agrees.
select
    a.platform,
    a.delivery_id,
    a.file_name,
    a.sheet_name,
    a.row_number,
    a.role,
    a.entity_kind,
    a.entity_id,
    a.attribute,
    case
        when a.value is null and coalesce(trim(a.value_raw), '') = '' then 0
        when a.value is null or not a.is_valid then 1
        when a.is_golden then 3
        else 2
    end::tinyint as state,
    case when a.is_golden and a.is_valid then null else coalesce(a.value_raw, a.value) end as written,
    case when a.is_golden and a.is_valid then null else a.reason end as reason
from attribute a
semi join entitlement e on e.platform = a.platform and e.entity_kind = a.entity_kind and e.attribute = a.attribute
