-- table:  link      grain: pair
-- reads:  pattern, weight, must_link
-- Candidates at least worth a question; what a person has called the same weighs above all.
select p.a, p.b, p.pattern, w.weight, w.accepted, false as judged
from pattern as p
join weight as w on w.pattern = p.pattern
left join must_link as m on m.a = p.a and m.b = p.b
where p.origin = 0 and w.worthy and m.a is null
union all
select a, b, pattern, weight, true as accepted, true as judged
from must_link
