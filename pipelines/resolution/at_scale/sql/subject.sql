-- table:  subject      grain: mention_id
-- reads:  delivered, member_{kind}
-- The mentions of a kind, each with its entity.
select s.bucket, s.entity_id, s.match_probability, {columns}
from delivered as m
join member_{kind} as s on s.mention_id = m.mention_id
