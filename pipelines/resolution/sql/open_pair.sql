-- table:  open_pair      grain: pair of entities
-- reads:  pair, entity, answered
-- Of every two entities the likeliest pair that is queued or was cut, unless a person has already said something about the two.
-- Of a kind that joins by mean weight it is the mean that tells how likely they are one, `mean_weight`: one pair of many that
-- fits is little. What nobody compared weighs $least_weight, nothing weighs more than $most_weight.
with size as (select entity_id, count(*) as mentions from entity group by entity_id),
open_ as (
    select p.*, least(l.entity_id, r.entity_id) as low, greatest(l.entity_id, r.entity_id) as high
    from pair p
    join entity l on l.mention_id = p.left_id
    join entity r on r.mention_id = p.right_id and r.entity_id <> l.entity_id
    where p.outcome in ('review', 'cut')
)
select
    left_id, right_id, outcome, probability, weight, levels, weights, low, high,
    $least_weight::double
    + sum(least(weight, $most_weight::double) - $least_weight::double) over (partition by low, high) / (l.mentions * r.mentions)
        as mean_weight
from open_ o
join size l on l.entity_id = o.low
join size r on r.entity_id = o.high
where (low, high) not in (select (low, high) from answered)
qualify row_number() over (partition by low, high order by weight desc, left_id, right_id) = 1
order by left_id, right_id
