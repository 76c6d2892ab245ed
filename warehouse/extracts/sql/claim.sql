-- table: claim      grain: one row per current row, role and attribute the department may see, of which it has something to do
-- reads: prepared_claim (of one platform), granted
create or replace temp table claim as
select c.* exclude (platform)
from prepared_claim c
semi join granted g on g.entity_kind = c.entity_kind and g.attribute = c.attribute
