-- table:  known      grain: mention_id
-- reads:  mention, entity, origin
-- Mentions with their entity, and where their row stands by number.
select m.mention_id, e.entity_id, o.origin_no, m.row_number
from mention m
join entity e using (mention_id)
join origin o using (platform, dataset, delivery_id, file_name, sheet_name, role)
