-- table: behind      grain: one row per platform, entity and attribute of which the platform claims not just the golden value, or
-- nothing where it has a place for it
-- reads: prepared_claim, prepared_mention, prepared_place, prepared_substitute, attribute (stage attribute/<kind>), certainty (stage certainty/<kind>), withheld,
--        golden_value, department
-- The golden value, which departments stand behind it, since when, why it won and how certain it is. A department that does not
-- share its claim is not named.
with empty as (
    select m.platform, m.entity_kind, m.entity_id, p.attribute
    from prepared_mention m
    join prepared_place p using (platform, dataset, role, entity_kind)
    anti join prepared_claim c
        on c.platform = m.platform and c.delivery_id = m.delivery_id and c.file_name = m.file_name and c.sheet_name = m.sheet_name
        and c.row_number = m.row_number and c.role = m.role and c.entity_kind = m.entity_kind and c.attribute = p.attribute
),
lost as (
    select platform, entity_kind, entity_id, attribute
    from prepared_claim
    where state not in (4, 6, 7)
    union
    from empty
),
wanted as (
    select distinct entity_kind, entity_id, attribute from lost
),
supporter as (
    select distinct
        a.entity_kind, a.entity_id, a.attribute, coalesce(d.title, a.department) as department,
        a.reason, a.is_source, a.claimed_on
    from attribute a
    semi join wanted w on w.entity_kind = a.entity_kind and w.entity_id = a.entity_id and w.attribute = a.attribute
    anti join withheld h
        on h.platform = a.platform and h.role = a.role and h.entity_kind = a.entity_kind and h.attribute = a.attribute
    left join department d on d.department = a.department
    where a.is_golden and a.value is not null
),
behind as (
    select
        entity_kind, entity_id, attribute,
        string_agg(distinct department, '、' order by department) as departments,
        coalesce(min(reason) filter (is_source), min(reason)) as reason,
        max(claimed_on) as last_claimed_on
    from supporter
    group by all
)
select
    l.platform, l.entity_kind, l.entity_id, l.attribute,
    case when s.platform is null then g.value else s.value end as value,
    case when s.platform is null then b.departments else s.departments end as departments,
    case when s.platform is null then b.reason else s.reason end as reason,
    case when s.platform is null then b.last_claimed_on end as last_claimed_on,
    case when s.platform is null then c.certainty end as certainty
from lost l
left join golden_value g on g.entity_kind = l.entity_kind and g.entity_id = l.entity_id and g.attribute = l.attribute
left join behind b on b.entity_kind = l.entity_kind and b.entity_id = l.entity_id and b.attribute = l.attribute
left join certainty c on c.entity_kind = l.entity_kind and c.entity_id = l.entity_id and c.attribute = l.attribute
left join prepared_substitute s
    on s.platform = l.platform and s.entity_kind = l.entity_kind and s.entity_id = l.entity_id and s.attribute = l.attribute
