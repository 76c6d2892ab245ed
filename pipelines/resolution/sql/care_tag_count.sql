-- table:  quality.care_tag_count      grain: grid_code, tag
-- reads:  care_tag, golden (golden/person)
-- Persons who live in a grid and have a tag now; the deregistered are not counted. A small count is null, and nothing is summed up
-- over grids, so that none can be told from the others.
with counted as (
    select g.grid_code, c.tag, count(distinct c.person_id) as persons
    from care_tag c
    join golden g using (person_id)
    where c.is_current and c.sharing <> 'none' and g.grid_code is not null and g.deregistered is null
    group by g.grid_code, c.tag
)
select grid_code, tag, if(persons < {small_cell}, null, persons) as persons, persons < {small_cell} as is_suppressed
from counted
order by grid_code, tag
