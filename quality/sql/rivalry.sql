-- table:  rivalry      grain: entity_kind, left_platform, right_platform, attribute
-- reads:  conflict (evidence.conflict), of whole entities
-- How many entities two platforms disagree on, by attribute, and in any ('' for the attribute). They disagree in an attribute where they stand
-- by rival values and share none.
with side as (
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
)

select entity_kind, left_platform, right_platform, attribute, count(*) as entities from rival group by all
union all
select entity_kind, left_platform, right_platform, '' as attribute, count(distinct entity_id) as entities from rival group by all
