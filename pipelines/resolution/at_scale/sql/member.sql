-- table:  member      grain: mention_id
-- reads:  entity, bucket
-- The entity of every mention, and the bucket it lies in.
select e.mention_id, e.entity_id, e.match_probability, b.bucket
from entity as e
join bucket as b on b.head = substr(e.entity_id, 1, 4)
