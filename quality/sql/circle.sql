-- table:  circle      grain: entity_kind, platforms
-- reads:  mention (link.mention), of whole entities
-- Entities counted by the set of platforms that know them: there are few sets, however many entities.
with entity as (
    select entity_kind, entity_id, list_sort(list(distinct platform)) as platforms from mention group by all
)

select entity_kind, platforms, count(*) as entities from entity group by all
