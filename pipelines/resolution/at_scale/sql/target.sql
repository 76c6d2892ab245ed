-- table:  target_{name}      grain: bucket, mention_id
-- reads:  {left}_mention, member_{left}, {right}_entity
-- The mentions of the right kind that those of a bucket point to, each with its entity.
select distinct s.bucket, t.mention_id, t.entity_id
from {left}_mention as m
join member_{left} as s on s.mention_id = m.mention_id
join {right}_entity as t on t.mention_id = m.{pointer}
