-- table: finding      grain: one row per current row, role and attribute where the department's own value did not win
-- reads: claim, prepared_behind (of one platform)
-- Which departments stand behind the golden value and why it won; why the own value lost.
select
    l.file_name,
    l.sheet_name,
    l.row_number,
    l.role,
    l.entity_kind,
    l.entity_id,
    l.attribute,
    l.state,
    l.written,
    b.value,
    b.departments,
    b.reason as won_because,
    l.reason as lost_because
from claim l
left join prepared_behind b on b.entity_kind = l.entity_kind and b.entity_id = l.entity_id and b.attribute = l.attribute
where l.state in (1, 2)
order by l.file_name, l.sheet_name, l.row_number, l.role, l.entity_kind, l.attribute
