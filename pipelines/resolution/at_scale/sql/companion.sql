-- table:  companion_{other}      grain: bucket, mention_id
-- reads:  {other}_mention, {other}_entity, member_{kind}
-- Mentions of another kind whose rows point to the mentions of a bucket, each with its entity.
select s.bucket, e.entity_id, {columns}
from {other}_mention as m
join {other}_entity as e on e.mention_id = m.mention_id
join member_{kind} as s on s.mention_id = m.{pointer}
