-- table:  evidence.certainty      grain: entity_id, attribute
-- reads:  subject, pattern, worth, voice
-- The certainty of every golden value that somebody contradicts, and how many platforms stand on either side.
select
    '{kind}' as entity_kind, s.entity_id, s.attribute, w.certainty,
    count(distinct v.platform) filter (v.class = 0) as platforms,
    count(distinct v.platform) filter (v.class > 0) as rivals
from subject s
join pattern p using (said)
join worth w using (pattern_no)
join voice v on v.entity_id = s.entity_id and v.attribute = s.attribute
where s.is_contested
group by s.entity_id, s.attribute, w.certainty
order by s.entity_id, s.attribute
