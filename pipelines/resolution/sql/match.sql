-- table:  evidence.match      grain: left mention, right mention
-- reads:  pair, mention, entity
with known as (
    select m.mention_id, e.entity_id, m.platform, m.file_name, m.sheet_name, m.row_number, m.role
    from mention m
    join entity e using (mention_id)
)
select
    '{kind}' as entity_kind,
    l.entity_id as left_entity_id,
    r.entity_id as right_entity_id,
    l.platform as left_platform, l.file_name as left_file_name, l.sheet_name as left_sheet_name,
    l.row_number as left_row_number, l.role as left_role,
    r.platform as right_platform, r.file_name as right_file_name, r.sheet_name as right_sheet_name,
    r.row_number as right_row_number, r.role as right_role,
    p.outcome, p.probability, p.weight, p.levels, p.weights
from pair p
join known l on l.mention_id = p.left_id
join known r on r.mention_id = p.right_id
order by p.left_id, p.right_id
