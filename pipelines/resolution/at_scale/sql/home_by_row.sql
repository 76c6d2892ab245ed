-- table:  home_by_row      grain: bucket, mention_id
-- reads:  pointer, housing_mention, housing_entity
-- The mentions of homes that stand in the rows of a bucket, each with its entity.
with named as (
    select distinct bucket, home from pointer where home is not null
)
select p.bucket, e.entity_id, {columns}
from named as p
join housing_mention as m on m.mention_id = p.home
join housing_entity as e on e.mention_id = p.home
