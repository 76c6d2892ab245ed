-- table: finding      grain: one row per current row, role and attribute where the department has something to do
-- reads: claim, absent, prepared_behind (of one platform), own_row
-- What to put in the place of its own value, which departments say so and since when, why, and how certain it is.
with found as (
    select *, null::varchar as value from claim where state in (1, 2, 3, 5)
    union all
    from absent
)
select
    l.file_name,
    l.sheet_name,
    l.row_number,
    k.key,
    k.name,
    l.role,
    l.entity_kind,
    l.entity_id,
    l.attribute,
    l.state,
    l.written,
    coalesce(l.value, b.value) as value,
    b.departments,
    b.last_claimed_on,
    b.reason as won_because,
    l.reason as lost_because,
    b.certainty
from found l
left join prepared_behind b on b.entity_kind = l.entity_kind and b.entity_id = l.entity_id and b.attribute = l.attribute
left join own_row k on k.delivery_id = l.delivery_id and k.sheet_name = l.sheet_name and k.row_number = l.row_number
order by b.certainty desc nulls last, l.file_name, l.sheet_name, l.row_number, l.role, l.entity_kind, l.attribute
