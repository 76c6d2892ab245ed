-- table:  quality.overlap      grain: entity_kind, left_platform, right_platform
-- reads:  circle, rivalry (each may have several rows of one grain, which add up)
with member as (
    select entity_kind, platforms, sum(entities)::bigint as entities, unnest(platforms) as platform from circle group by entity_kind, platforms
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
per_attribute as (
    select entity_kind, left_platform, right_platform, attribute, sum(entities)::bigint as entities
    from rivalry group by all
),
listed as (
    select
        entity_kind,
        left_platform,
        right_platform,
        map_from_entries(list((attribute, entities) order by attribute)) as disagreements
    from per_attribute where attribute <> '' group by all
),
disagreeing as (
    select entity_kind, left_platform, right_platform, entities from per_attribute where attribute = ''
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
