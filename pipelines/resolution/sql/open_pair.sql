-- table:  open_pair      grain: pair of entities
-- reads:  pair, entity, judged, place
-- Of every two entities the likeliest pair that is queued or was cut, unless a person has already said something about the
-- two that stands.
with size as (
    select entity_id, count(*) as mentions from entity group by entity_id
),
spot as (
    select p.platform, p.dataset, p.role, p.row_key, p.repeat, e.entity_id
    from place p
    join entity e using (mention_id)
),
answered as (
    select least(l.entity_id, r.entity_id) as low, greatest(l.entity_id, r.entity_id) as high
    from judged j
    join spot l
        on l.platform = j.left_platform and l.dataset = j.left_dataset and l.role = j.left_role
        and l.row_key = j.left_row_key and l.repeat = j.left_repeat
    join spot r
        on r.platform = j.right_platform and r.dataset = j.right_dataset and r.role = j.right_role
        and r.row_key = j.right_row_key and r.repeat = j.right_repeat
)
select
    p.left_id, p.right_id, p.outcome, p.probability, p.weight, p.levels, p.weights,
    l.entity_id as left_entity, r.entity_id as right_entity, ls.mentions as left_size, rs.mentions as right_size
from pair p
join entity l on l.mention_id = p.left_id
join entity r on r.mention_id = p.right_id
join size ls on ls.entity_id = l.entity_id
join size rs on rs.entity_id = r.entity_id
where p.outcome in ('review', 'cut')
    and l.entity_id <> r.entity_id
    and not exists (
        select 1 from answered a
        where a.low = least(l.entity_id, r.entity_id) and a.high = greatest(l.entity_id, r.entity_id)
    )
qualify
    row_number() over (
        partition by least(l.entity_id, r.entity_id), greatest(l.entity_id, r.entity_id)
        order by p.weight desc, p.left_id, p.right_id
    ) = 1
order by p.left_id, p.right_id
