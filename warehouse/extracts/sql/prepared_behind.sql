-- table: behind      grain: one row per platform, entity and attribute of which the platform claims something else than the golden value, or
-- nothing where it has a place for it and there is a golden value
-- reads: prepared_claim, numbered_mention, packed_state, prepared_place, source, entitlement, prepared_substitute, attribute (stage attribute/<kind>),
--        certainty (stage certainty/<kind>), withheld, golden_value, department
-- The golden value, which departments stand behind it, since when, why it won and how certain it is. A department that does not
-- share its claim is not named. What is told of an entity follows from what is known of it alone, so some entities at a time give
-- the same: `{part}` names them.
with mention_here as (
    from numbered_mention where {part}
),
claim_here as (
    from prepared_claim where {part}
),
attribute_here as (
    from attribute where {part}
),
golden_here as (
    from golden_value where {part}
),
certainty_here as (
    from certainty where {part}
),
asked as (
    select s.source, e.attribute, e.number
    from prepared_place p
    join source s using (platform, dataset, role, entity_kind)
    join entitlement e using (platform, entity_kind, attribute)
),
empty as (
    select distinct m.platform, m.entity_kind, m.entity_id, a.attribute
    from mention_here m
    join asked a using (source)
    left join packed_state p on p.mention = m.number
    where coalesce({any_state}, 0) = 0
),
lost as (
    select distinct platform, entity_kind, entity_id, attribute, value
    from claim_here
    left join golden_here using (entity_kind, entity_id, attribute)
    union
    select platform, entity_kind, entity_id, attribute, value
    from empty
    join golden_here using (entity_kind, entity_id, attribute)
    where value is not null
),
wanted as (
    select distinct entity_kind, entity_id, attribute from lost
),
supporter as (
    select distinct
        a.entity_kind, a.entity_id, a.attribute, coalesce(d.title, a.department) as department,
        a.reason, a.is_source, a.claimed_on
    from attribute_here a
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
    case when s.platform is null then l.value else s.value end as value,
    case when s.platform is null then b.departments else s.departments end as departments,
    case when s.platform is null then b.reason else s.reason end as reason,
    case when s.platform is null then b.last_claimed_on end as last_claimed_on,
    case when s.platform is null then c.certainty end as certainty
from lost l
left join behind b on b.entity_kind = l.entity_kind and b.entity_id = l.entity_id and b.attribute = l.attribute
left join certainty_here c on c.entity_kind = l.entity_kind and c.entity_id = l.entity_id and c.attribute = l.attribute
left join prepared_substitute s
    on s.platform = l.platform and s.entity_kind = l.entity_kind and s.entity_id = l.entity_id and s.attribute = l.attribute
