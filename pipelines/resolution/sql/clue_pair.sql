-- table:  clue_pair      grain: pair of entities
-- reads:  clue_near, clue_row, mention, entity
-- Rows of entities that one platform alone knows, each with an entity that shares a clue with it. How likely it is theirs
-- is learned from rows of the same sort whose entity other platforms know too: of so many entities that share the clue, how
-- often is one their own. Few such rows say little: they count beside three that do as all of them do. `alike` is the same where a
-- steward would read the very same rows again: what is said of one pair is said of the other.
with spread as (
    select entity_id, count(distinct m.platform) as platforms
    from entity e
    join mention m using (mention_id)
    group by entity_id
),
holders as (
    select mention_id, any_value(entity_id) as entity_id, count(*) as entities, bool_or(entity_id = other_id) as is_own
    from clue_near
    group by mention_id
),
lesson as (
    select least(h.entities, 8) as entities, count(*) filter (h.is_own) as own, sum(h.entities) as pairs
    from holders h
    join spread s using (entity_id)
    where s.platforms > 1
    group by all
),
overall as (select (coalesce(sum(own), 0) + 1) / (coalesce(sum(pairs), 0) + 2) as share from lesson),
likely as (
    select
        n.*, h.entities,
        md5(concat_ws(chr(31), lr.clue_value, least(lr.said, o_.said), greatest(lr.said, o_.said))) as alike,
        round((coalesce(l.own, 0) + 3 * o.share) / (coalesce(l.pairs, 0) + 3), 6) as probability
    from clue_near n
    join clue_row lr using (mention_id)
    join (select mention_id, other.platforms, if(other.platforms = 1, said, entity_id) as said from clue_row join spread other using (entity_id))
        o_ on o_.mention_id = n.by_id
    join holders h using (mention_id)
    join spread s on s.entity_id = n.entity_id
    cross join overall o
    left join lesson l on l.entities = least(h.entities, 8)
    where s.platforms = 1 and n.entity_id <> n.other_id
)
select
    mention_id as left_id, by_id as right_id, 'belongs' as outcome, probability,
    round(log2(probability / (1 - least(probability, 0.999))), 4) as weight,
    map(['{name}'], ['held_by_' || entities]) as levels, map(['{name}'], [weight]) as weights,
    least(entity_id, other_id) as low, greatest(entity_id, other_id) as high, alike
from likely
qualify row_number() over (partition by low, high order by probability desc, mention_id, by_id) = 1
order by left_id, right_id
