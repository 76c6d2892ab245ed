-- table:  clue_near      grain: mention asked about, entity
-- reads:  clue_row, answered
-- The entities whose rows share the clue with a row and fit it, the row itself aside; its own entity where another of its rows
-- does. `by_id` is the row that shows it. Those that a person has spoken about are out of the question.
select l.mention_id, any_value(l.entity_id) as entity_id, r.entity_id as other_id, min(r.mention_id) as by_id
from clue_row l
join clue_row r using (clue_value)
where l.is_asked
    and l.mention_id <> r.mention_id
    and ({fits})
    and (least(l.entity_id, r.entity_id), greatest(l.entity_id, r.entity_id)) not in (select (low, high) from answered)
group by l.mention_id, r.entity_id
