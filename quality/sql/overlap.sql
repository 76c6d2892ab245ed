-- table:  quality.overlap      grain: entity_kind, left_platform, right_platform
-- reads:  mention (link.mention), conflict (evidence.conflict, all kinds)
-- Entities are first counted by the set of platforms that know them: there are few sets, however many entities. Two
-- platforms disagree in an attribute where they stand by rival values and share none.
with entity as (
    select entity_kind, entity_id, list_sort(list(distinct platform)) as platforms from mention group by all
),
circle as (
    select entity_kind, platforms, count(*) as entities from entity group by all
),
member as (
    select entity_kind, platforms, entities, unnest(platforms) as platform from circle
),
known as (
    select entity_kind, platform, sum(entities) as entities from member group by all
),
shared as (
    select a.entity_kind, a.platform as left_platform, b.platform as right_platform, sum(a.entities) as entities
    from member as a
    join member as b using (entity_kind, platforms)
    where a.platform < b.platform
    group by all
),
side as (
    select entity_kind, entity_id, attribute, value, unnest(platforms) as platform from conflict
),
rival as (
    select
        a.entity_kind,
        a.entity_id,
        a.attribute,
        a.platform as left_platform,
        b.platform as right_platform
    from side as a
    join side as b using (entity_kind, entity_id, attribute)
    where a.platform < b.platform
    group by all
    having not bool_or(a.value = b.value)
),
per_attribute as (
    select entity_kind, left_platform, right_platform, attribute, count(*) as entities from rival group by all
),
listed as (
    select
        entity_kind,
        left_platform,
        right_platform,
        map_from_entries(list((attribute, entities) order by attribute)) as disagreements
    from per_attribute group by all
),
disagreeing as (
    select entity_kind, left_platform, right_platform, count(distinct entity_id) as entities from rival group by all
)
select
    l.entity_kind,
    l.platform as left_platform,
    r.platform as right_platform,
    coalesce(s.entities, 0) as known_to_both,
    l.entities - coalesce(s.entities, 0) as known_to_left_alone,
    r.entities - coalesce(s.entities, 0) as known_to_right_alone,
    coalesce(d.entities, 0) as disagree,
    coalesce(listed.disagreements, map {}::map(varchar, bigint)) as disagreements
from known as l
join known as r on r.entity_kind = l.entity_kind and r.platform > l.platform
left join shared as s
    on (s.entity_kind, s.left_platform, s.right_platform) = (l.entity_kind, l.platform, r.platform)
left join disagreeing as d
    on (d.entity_kind, d.left_platform, d.right_platform) = (l.entity_kind, l.platform, r.platform)
left join listed
    on (listed.entity_kind, listed.left_platform, listed.right_platform) = (l.entity_kind, l.platform, r.platform)
order by l.entity_kind, l.platform, r.platform
