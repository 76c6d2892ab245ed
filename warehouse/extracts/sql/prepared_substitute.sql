-- table: substitute      grain: one row per platform, entity and attribute whose golden value the platform's department may not know
-- reads: attribute (stage attribute/<kind>), withheld, link_mention, entitlement, department, ending
-- A golden value that only claims which are not shared (不予共享) stand behind is one that no other department may know; nor
-- may it know that such a value ended another one. In its place stands the best of what the department may know, as if
-- the claims that are not shared had never been made; null where there is nothing.
with concerned as (
    select entity_kind, attribute from withheld
    union
    select e.entity_kind, e.attribute
    from ending e
    join withheld w on w.entity_kind = e.entity_kind and w.attribute = e.ended_by
),
claim as (
    select a.*, w.platform is not null as is_withheld
    from attribute a
    semi join concerned c on c.entity_kind = a.entity_kind and c.attribute = a.attribute
    left join withheld w
        on w.platform = a.platform and w.role = a.role and w.entity_kind = a.entity_kind and w.attribute = a.attribute
),
secret as (
    select entity_kind, entity_id, attribute, list(distinct department) as owners
    from claim
    where is_golden and value is not null
    group by all
    having bool_and(is_withheld)
),
ended as (
    select distinct s.entity_kind, s.entity_id, e.attribute, s.owners
    from secret s
    join ending e on e.entity_kind = s.entity_kind and e.ended_by = s.attribute
    join claim c on c.entity_kind = s.entity_kind and c.entity_id = s.entity_id and c.attribute = e.attribute and c.reason = 'ended'
),
closed as (
    from secret union all from ended
),
reader as (
    select distinct platform, department, entity_kind, entity_id
    from link_mention
),
hidden as (
    select r.platform, r.department, c.entity_kind, c.entity_id, c.attribute
    from closed c
    join reader r on r.entity_kind = c.entity_kind and r.entity_id = c.entity_id
    semi join entitlement e on e.platform = r.platform and e.entity_kind = c.entity_kind and e.attribute = c.attribute
    where not list_contains(c.owners, r.department)
),
voice as (
    select h.platform, h.entity_kind, h.entity_id, h.attribute, c.value, c.authority, c.claimed_on, coalesce(d.title, c.department) as title
    from hidden h
    left join claim c
        on c.entity_kind = h.entity_kind and c.entity_id = h.entity_id and c.attribute = h.attribute
        and c.is_valid and c.value is not null and (not c.is_withheld or c.department = h.department)
    left join department d on d.department = c.department
),
best as (
    select
        platform, entity_kind, entity_id, attribute,
        arg_max(value, (authority, coalesce(claimed_on, date '1900-01-01'), value)) as value,
        count(distinct value) as values_
    from voice
    group by all
)
select
    b.platform, b.entity_kind, b.entity_id, b.attribute, b.value,
    string_agg(distinct v.title, '、' order by v.title) filter (v.value = b.value) as departments,
    case when b.value is null then null when b.values_ = 1 then 'only' else 'authority' end as reason
from best b
join voice v on v.platform = b.platform and v.entity_kind = b.entity_kind and v.entity_id = b.entity_id and v.attribute = b.attribute
group by all
