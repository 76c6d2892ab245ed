-- table:  numbered      grain: entity_no
-- reads:  entity
-- Entities numbered in the order of their ids and cut into slices of about {slice_size} mentions, so that work and memory
-- are bounded by a slice and the slices, one after another, come out in the order of the ids.
with sized as (
    select entity_id, count(*) as mentions
    from entity
    group by entity_id
)
select
    (row_number() over (order by entity_id) - 1)::integer as entity_no,
    ((sum(mentions) over (order by entity_id) - 1) // {slice_size})::integer as slice_no,
    entity_id
from sized
order by entity_no
