-- table:  evidence.conflict      grain: entity, attribute, rival value
-- reads:  contest, verdict, winner, rule, source, numbered
-- Where departments really disagree: another valid value than the chosen one (not a spelling, not a less complete form of
-- it), said by another department than one that says the chosen one.
with opposed as (
    select distinct v.entity_no, v.attribute_no
    from verdict v
    join rule r using (attribute_no)
    join contest c on c.entity_no = v.entity_no and c.attribute_no = v.attribute_no and c.key = v.key
    join winner w on w.entity_no = v.entity_no and w.attribute_no = v.attribute_no
    where r.is_golden_column and not v.is_golden and c.can_conflict and c.is_valid and w.can_conflict
),
voice as (
    select
        c.entity_no, c.attribute_no, w.value as golden_value, v.is_chosen,
        if(v.is_golden, w.value, c.value) as value, v.is_golden, s.department, s.platform, c.mention_id, c.claimed_on
    from opposed
    join contest c using (entity_no, attribute_no)
    join verdict v using (entity_no, attribute_no, key)
    join winner w using (entity_no, attribute_no)
    join source s using (source_no)
    where c.can_conflict and c.is_valid and (v.is_chosen or not v.is_golden)
),
rival as (
    select
        entity_no, attribute_no, value, bool_or(is_golden) as is_golden,
        list_sort(list_distinct(list(department))) as departments,
        list_sort(list_distinct(list(platform))) as platforms,
        count(distinct mention_id) as claims,
        max(claimed_on) as last_claimed_on
    from voice
    group by entity_no, attribute_no, value
),
judged as (
    select
        *,
        count(*) over each_attribute as values_,
        len(list_distinct(flatten(list(departments) over each_attribute))) as departments_in_all
    from rival
    window each_attribute as (partition by entity_no, attribute_no)
)
select
    '{kind}' as entity_kind, e.entity_id, r.attribute, j.value, j.is_golden, j.departments, j.platforms, j.claims, j.last_claimed_on,
    j.entity_no
from judged j
join rule r using (attribute_no)
join numbered e using (entity_no)
where j.values_ > 1 and j.departments_in_all > 1
order by j.entity_no, r.attribute, j.value
