-- table: finding      grain: one row per current row, role and attribute where the department's own value did not win
-- reads: claim, attribute (stage attribute/<kind>), golden_value, department
-- Which departments stand behind the golden value and why it won; why the own value lost.
with lost as (
    select * from claim where state in (1, 2)
),
behind as (
    select
        a.entity_kind,
        a.entity_id,
        a.attribute,
        string_agg(distinct coalesce(d.title, a.department), '、' order by coalesce(d.title, a.department)) as departments,
        min(a.reason) filter (where a.is_source) as reason
    from attribute a
    semi join lost l on l.entity_kind = a.entity_kind and l.entity_id = a.entity_id and l.attribute = a.attribute
    left join department d on d.department = a.department
    where a.is_golden and a.value is not null
    group by all
)
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
    g.value,
    b.departments,
    b.reason as won_because,
    l.reason as lost_because
from lost l
left join golden_value g on g.entity_kind = l.entity_kind and g.entity_id = l.entity_id and g.attribute = l.attribute
left join behind b on b.entity_kind = l.entity_kind and b.entity_id = l.entity_id and b.attribute = l.attribute
order by l.file_name, l.sheet_name, l.row_number, l.role, l.entity_kind, l.attribute
