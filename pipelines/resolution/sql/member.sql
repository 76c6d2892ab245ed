-- table:  member      grain: mention_id
-- reads:  entity, numbered
-- Which entity a mention names, by number.
select e.mention_id, n.entity_no, n.slice_no
from entity e
join numbered n using (entity_id)
