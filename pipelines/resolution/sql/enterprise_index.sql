-- table:  enterprise_index      grain: name_key
-- reads:  enterprise_mention, enterprise_entity
-- Which enterprise a name means, where it means only one. A current name comes before a former one.
with named as (
    select m.name_key, e.entity_id, 0 as standing
    from enterprise_mention m
    join enterprise_entity e using (mention_id)
    where m.name_key is not null
    union
    select m.former_name, e.entity_id, 1
    from enterprise_mention m
    join enterprise_entity e using (mention_id)
    where m.former_name is not null
),
best as (
    select name_key, min(standing) as standing from named group by name_key
)
select n.name_key, min(n.entity_id) as enterprise_id
from named n
join best using (name_key, standing)
group by n.name_key
having count(distinct n.entity_id) = 1
