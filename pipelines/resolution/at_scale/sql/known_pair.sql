-- table:  known_pair_{kind}      grain: left mention, right mention
-- reads:  judged_pair, pattern, delivered, {kind}_entity
-- Judged pairs with the source rows and the entities of both sides.
with known as (
    select m.mention_id, e.entity_id, m.platform, m.file_name, m.sheet_name, m.row_number, m.role
    from delivered as m
    join {kind}_entity as e on e.mention_id = m.mention_id
)
select p.bucket, p.left_id, p.right_id,
       l.entity_id as left_entity_id, r.entity_id as right_entity_id,
       l.platform as left_platform, l.file_name as left_file_name, l.sheet_name as left_sheet_name,
       l.row_number as left_row_number, l.role as left_role,
       r.platform as right_platform, r.file_name as right_file_name, r.sheet_name as right_sheet_name,
       r.row_number as right_row_number, r.role as right_role,
       p.outcome, p.probability, p.weight, n.levels, n.weights
from judged_pair as p
join pattern as n on n.pattern = p.pattern
join known as l on l.mention_id = p.left_id
join known as r on r.mention_id = p.right_id
