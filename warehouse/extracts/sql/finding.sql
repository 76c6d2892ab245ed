-- table: finding      grain: one row per current row, role and attribute where the department has something to do
-- reads: claim, lacking, prepared_substitute, prepared_behind, request, platform (of one platform), own_row
-- What to put in the place of its own value, which departments say so and since when, why, and how certain it is. What the department
-- accepted or declined is not sent again while its value and the golden one are the same, nor what a source is verifying. A finding is
-- known by what it says, so that it keeps its number from release to release.
with found as (
    select *, null as value from claim
    union all by name
    select * exclude (number, value), 0 as state, null as written, null as reason, coalesce(value, number::varchar) as value
    from lacking
    anti join prepared_substitute using (entity_kind, entity_id, attribute)
)
select
    substr(sha256(concat_ws(chr(31), p.platform, l.role, l.entity_kind, l.attribute,
        coalesce(k.key, concat_ws(chr(31), l.file_name, l.sheet_name, l.row_number)),
        coalesce(l.written, ''), coalesce(l.value, b.value, ''))), 1, 16) as finding,
    p.platform,
    l.delivery_id,
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
cross join platform p
left join prepared_behind b on b.entity_kind = l.entity_kind and b.entity_id = l.entity_id and b.attribute = l.attribute
left join own_row k on k.delivery_id = l.delivery_id and k.sheet_name = l.sheet_name and k.row_number = l.row_number
anti join request q
    on q.delivery_id = l.delivery_id and q.sheet_name = l.sheet_name and q.row_number = l.row_number and q.role = l.role
    and q.entity_kind = l.entity_kind and q.attribute = l.attribute
    and q.golden_value is not distinct from coalesce(l.value, b.value)
    and (q.verification_state = 'open'
        or (q.verification_state in ('accepted', 'declined') and q.own_value is not distinct from nullif(l.written, '')))
order by b.certainty desc nulls last, l.file_name, l.sheet_name, l.row_number, l.role, l.entity_kind, l.attribute, l.delivery_id
