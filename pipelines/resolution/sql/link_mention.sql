-- table:  link.mention      grain: mention of one kind
-- reads:  mention, entity
select
    '{kind}' as entity_kind, e.entity_id, m.platform, m.department, m.city, m.dataset, m.delivery_id, m.file_name,
    m.sheet_name, m.row_number, m.role, m.claimed_on, e.match_probability
from mention m
join entity e using (mention_id)
order by e.entity_id, m.mention_id
