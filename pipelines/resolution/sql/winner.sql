-- table:  winner      grain: entity_no, attribute_no
-- reads:  candidate, rule, agreement
-- The chosen value of every attribute: valid, then the one of the register that makes it, then complete, then heaviest, then newest, then smallest. A value another
-- claim calls a former one counts as incomplete; one without a rival is chosen as it is. What another winner ended has none. `runner_*` is the best other value of the same completeness.
with contested as (select entity_no, attribute_no from agreement where is_contested),
supported as (
    select full_.entity_no, full_.attribute_no, full_.key, sum(part.weight) // 2 as weight
    from contested
    join candidate full_ using (entity_no, attribute_no)
    join candidate part using (entity_no, attribute_no)
    where part.partial and not full_.partial and full_.value is not null and full_.key like part.key
    group by all
),
outdated as (
    select f.entity_no, r.attribute_no, f.key
    from candidate f
    join rule r on r.former_no = f.attribute_no
    where f.value is not null
),
ranked as (
    select
        c.*,
        case when c.makes_it then -1 else c.completeness + if(o.key is null, 0, 5) end as completeness_rank,
        c.weight + coalesce(s.weight, 0) as total
    from candidate c
    semi join contested using (entity_no, attribute_no)
    left join supported s using (entity_no, attribute_no, key)
    left join outdated o using (entity_no, attribute_no, key)
    where c.value is not null
),
placed as (
    select
        *,
        row_number() over each_attribute as place,
        lead(completeness_rank) over each_attribute as runner_rank,
        lead(is_valid) over each_attribute as runner_is_valid,
        lead(platforms) over each_attribute as runner_platforms,
        lead(authority) over each_attribute as runner_authority,
        lead(newest) over each_attribute as runner_newest
    from ranked
    window each_attribute as (
        partition by entity_no, attribute_no
        order by is_valid desc, completeness_rank, total desc, newest desc nulls last, key
    )
),
best as (
    select
        entity_no, attribute_no, key, value, mention_id, is_valid, completeness_rank, platforms, authority, newest, can_conflict, equivalence,
        case
            when runner_rank is null or runner_is_valid < is_valid then 'only'
            when completeness_rank = -1 and runner_rank > completeness_rank then 'authority'
            when runner_rank > completeness_rank then 'complete'
            when runner_platforms < platforms then 'majority'
            when runner_authority // runner_platforms < authority // platforms then 'authority'
            when coalesce(runner_newest, date '1900-01-01') < newest then 'newest'
            else 'authority'
        end as reason
    from placed
    where place = 1
    union all
    select
        entity_no, attribute_no, key, value, mention_id, is_valid, completeness, null, null, null, can_conflict, equivalence, 'only'
    from agreement
    where not is_contested and value is not null
),
ended as (
    select o.entity_no, r.attribute_no
    from best o
    join rule r on r.ended_by_no = o.attribute_no and o.value like r.ended_like
)
select *
from best
anti join ended using (entity_no, attribute_no)
