-- table:  unsettled      grain: row
-- reads:  placed, found
select l.*
from placed as l
anti join found as f using (row)
order by l.row
