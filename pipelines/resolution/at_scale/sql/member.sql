-- table:  member_{kind}      grain: mention_id
-- reads:  {kind}_entity, bucket_{kind}
-- The entity of every mention, and the bucket it lies in.
select e.mention_id, e.entity_id, e.match_probability, b.bucket
from {kind}_entity as e
join bucket_{kind} as b on b.head = substr(e.entity_id, 1, 4)
