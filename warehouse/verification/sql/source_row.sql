-- table: source row      grain: one row per mention of another department that claims a disputed golden value
-- reads: disputed (entity, attribute), claim (stage attribute/<kind>), mention, withheld
select distinct
    c.entity_kind, c.entity_id, c.attribute, c.department, coalesce(c.value_raw, c.value) as written,
    m.platform, m.dataset, m.role, m.row_key, m.repeat, m.file_name, m.sheet_name, m.row_number
from claim c
semi join disputed d on d.entity_kind = c.entity_kind and d.entity_id = c.entity_id and d.attribute = c.attribute
join mention m
    on m.entity_kind = c.entity_kind and m.platform = c.platform and m.delivery_id = c.delivery_id and m.sheet_name = c.sheet_name
    and m.row_number = c.row_number and m.role = c.role
anti join withheld w
    on w.platform = c.platform and w.role = c.role and w.entity_kind = c.entity_kind and w.attribute = c.attribute
where c.is_golden and c.value is not null and c.department <> $department
order by all
