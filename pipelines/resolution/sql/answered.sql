-- table:  answered      grain: pair of entities
-- reads:  entity, judged, place
-- Pairs of entities of which a person has already said something that stands.
with spot as (
    select p.platform, p.dataset, p.role, p.row_key, p.repeat, e.entity_id
    from place p
    join entity e using (mention_id)
)
select distinct least(l.entity_id, r.entity_id) as low, greatest(l.entity_id, r.entity_id) as high
from judged j
join spot l
    on l.platform = j.left_platform and l.dataset = j.left_dataset and l.role = j.left_role
    and l.row_key = j.left_row_key and l.repeat = j.left_repeat
join spot r
    on r.platform = j.right_platform and r.dataset = j.right_dataset and r.role = j.right_role
    and r.row_key = j.right_row_key and r.repeat = j.right_repeat
