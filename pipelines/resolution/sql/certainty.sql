-- table:  evidence.certainty      grain: entity_id, attribute
-- reads:  contested, pattern, worth
-- The certainty of every golden value that somebody contradicts, and how many platforms stand on either side.
select '{kind}' as entity_kind, s.entity_id, s.attribute, w.certainty, s.platforms, s.rivals
from contested s
join pattern p using (said)
join worth w using (pattern_no)
order by s.entity_id, s.attribute
