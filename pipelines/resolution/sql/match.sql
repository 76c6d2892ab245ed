-- table:  evidence.match      grain: left mention, right mention
-- reads:  judged_pair, known
-- Where a row stands and what was compared are numbers here: what they stand for is looked up at the end (`spelling`).
select
    l.entity_id as left_entity_id, l.origin_no as left_origin_no, l.row_number as left_row_number,
    r.entity_id as right_entity_id, r.origin_no as right_origin_no, r.row_number as right_row_number,
    p.outcome, p.probability, p.weight, p.pattern
from judged_pair p
join known l on l.mention_id = p.left_id
join known r on r.mention_id = p.right_id
order by p.left_id, p.right_id
