-- table:  proposal      grain: pair of entities
-- reads:  merging, mention, entity
-- Pairs of entities that may be one, with the pairs of mentions an answer decides, and whether both entities hold values of which
-- one entity has only one.
with ends as (select low as entity_id from merging union select high from merging),
held as (
    select entity_id, count(*) as mentions, {held}
    from mention m
    join entity e using (mention_id)
    semi join ends using (entity_id)
    group by entity_id
)
select
    p.*, l.mentions as low_size, r.mentions as high_size, l.mentions * r.mentions as settles, ({conflict}) as is_barred
from merging p
join held l on l.entity_id = p.low
join held r on r.entity_id = p.high
order by p.left_id, p.right_id
