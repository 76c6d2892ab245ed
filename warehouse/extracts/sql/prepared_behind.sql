-- table: behind      grain: one row per platform, entity and attribute of which the platform claims another value than the golden one
-- reads: prepared_claim, attribute (stage attribute/<kind>), golden_value, department
-- The golden value, which departments stand behind it and why it won.
with lost as (
    select distinct platform, entity_kind, entity_id, attribute
    from prepared_claim
    where state in (1, 2)
),
wanted as (
    select distinct entity_kind, entity_id, attribute from lost
),
supporter as (
    select distinct
        a.entity_kind, a.entity_id, a.attribute, coalesce(d.title, a.department) as department,
        case when a.is_source then a.reason end as reason
    from attribute a
    semi join wanted w on w.entity_kind = a.entity_kind and w.entity_id = a.entity_id and w.attribute = a.attribute
    left join department d on d.department = a.department
    where a.is_golden and a.value is not null
),
behind as (
    select
        entity_kind, entity_id, attribute,
        string_agg(distinct department, '、' order by department) as departments,
        min(reason) as reason
    from supporter
    group by all
)
select l.platform, l.entity_kind, l.entity_id, l.attribute, g.value, b.departments, b.reason
from lost l
left join golden_value g on g.entity_kind = l.entity_kind and g.entity_id = l.entity_id and g.attribute = l.attribute
left join behind b on b.entity_kind = l.entity_kind and b.entity_id = l.entity_id and b.attribute = l.attribute
