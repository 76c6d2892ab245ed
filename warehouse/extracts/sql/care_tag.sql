-- grain: one row per current row, person it names and care tag of that person, of each source
-- reads: mention (of one platform), prepared_care_tag, own_row
with tag as (
    select person_id, tag, basis, department, since, until, is_current, max(claimed_on) as claimed_on
    from prepared_care_tag
    group by all
)
select
    m.file_name, m.sheet_name, m.row_number, k.key, k.name, m.role, m.entity_kind, m.entity_id,
    t.tag, t.basis, t.department, t.since, t.until, t.is_current, t.claimed_on
from mention m
join tag t on t.person_id = m.entity_id
left join own_row k on k.delivery_id = m.delivery_id and k.sheet_name = m.sheet_name and k.row_number = m.row_number
where m.entity_kind = 'person'
order by m.file_name, m.sheet_name, m.row_number, m.role, t.tag, t.department, t.since, m.delivery_id
