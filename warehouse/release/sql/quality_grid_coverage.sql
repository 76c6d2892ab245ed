-- table:  quality.grid_coverage      grain: entity_kind
-- reads:  base.grid, link.mention
-- What lies in the city's node of the tree lies in some grid; all others have none.
with placed as (
    unpivot (select columns('_count$') from base.grid where level = 'city')
    on columns(*) into name counted value placed
),
kind as (
    select entity_kind, count(distinct entity_id) as entities from link.mention group by entity_kind
)
select k.entity_kind, k.entities, sum(p.placed)::bigint as placed, round(sum(p.placed) / k.entities, 4) as share
from kind k
join placed p on p.counted = k.entity_kind || '_count'
group by k.entity_kind, k.entities
