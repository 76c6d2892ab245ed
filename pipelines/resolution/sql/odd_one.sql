-- table:  odd_one      grain: entity
-- reads:  pair, entity, answered
-- Of every entity that joined by its mean weight the mention that fits the rest least, beside the one it fits best. Pairs nobody
-- compared weigh `least_weight`, none weighs more than `most_weight`, as they do where entities are joined.
with size as (select entity_id, count(*) as mentions from entity group by entity_id having count(*) > 2),
link as (
    select p.*, l.entity_id
    from pair p
    join entity l on l.mention_id = p.left_id
    join entity r on r.mention_id = p.right_id and r.entity_id = l.entity_id
    semi join size s on s.entity_id = l.entity_id
    where p.outcome = 'accepted'
),
side as (
    select entity_id, left_id as mention_id, right_id as friend_id, weight, levels, weights from link
    union all
    select entity_id, right_id, left_id, weight, levels, weights from link
),
fit as (
    select
        entity_id, mention_id, any_value(s.mentions) as mentions,
        $least_weight + sum(least(weight, $most_weight) - $least_weight) / (any_value(s.mentions) - 1) as mean_weight,
        arg_max(friend_id, (weight, -friend_id)) as friend_id, max(weight) as weight,
        arg_max(levels, (weight, -friend_id)) as levels, arg_max(weights, (weight, -friend_id)) as weights
    from side
    join size s using (entity_id)
    group by entity_id, mention_id
)
select
    least(mention_id, friend_id) as left_id, greatest(mention_id, friend_id) as right_id, mean_weight, weight, levels, weights,
    entity_id as low, entity_id as high, mentions
from fit
where (entity_id, entity_id) not in (select (low, high) from answered)
qualify row_number() over (partition by entity_id order by mean_weight, mention_id) = 1
order by left_id, right_id
