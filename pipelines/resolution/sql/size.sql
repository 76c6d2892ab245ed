-- table:  size      grain: entity_no
-- reads:  claimant, conflict, answered, numbered
-- How much is known of every entity of the slice. Platforms are text: cities have a thousand combinations of them, which a
-- dictionary holds and a filter looks at once each; a list would be looked at person by person.
with known as (
    select
        entity_no, count(*) as mention_count, list_sort(list(distinct platform)) as knowing,
        max(claimed_on) as last_claimed_on
    from claimant
    where mention_id not in (select answer_id from answered where answer_id is not null)
    group by all
),
disputed as (
    select entity_no, count(distinct attribute) as conflict_count from conflict group by entity_no
)
select n.entity_id, k.* exclude (knowing), array_to_string(k.knowing, ' ') as platforms, len(k.knowing) as platform_count, coalesce(d.conflict_count, 0) as conflict_count
from known k
join numbered n using (entity_no)
left join disputed d using (entity_no)
