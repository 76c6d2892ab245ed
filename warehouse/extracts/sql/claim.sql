-- table: claim      grain: one row per current row, role and attribute the department may see
-- reads: prepared_claim (of one platform), granted
-- Where a row asserts an attribute twice its best claim counts; one that is known to be wrong where there is no other.
create or replace temp table claim as
select
    c.delivery_id,
    c.file_name,
    c.sheet_name,
    c.row_number,
    c.role,
    c.entity_kind,
    c.entity_id,
    c.attribute,
    coalesce(max(c.state) filter (where c.state < 7), 7)::tinyint as state,
    min(c.written) filter (where c.state in (1, 2, 3, 5)) as written,
    min(c.reason) filter (where c.state in (1, 2, 3, 5)) as reason
from prepared_claim c
semi join granted g on g.entity_kind = c.entity_kind and g.attribute = c.attribute
group by all
