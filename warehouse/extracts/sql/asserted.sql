-- grain: dataset, role, attribute that at least one current row of the platform asserts
-- reads: claim, mention
-- Also what a row asserts without a column of its own: the birth date inside an identity number.
select distinct m.dataset, c.role, c.attribute
from claim c
join mention m
    on m.delivery_id = c.delivery_id and m.sheet_name = c.sheet_name and m.row_number = c.row_number and m.role = c.role
order by all
