-- table:  record      grain: record
-- reads:  record_number, mention
-- Every record with the columns of its first row.
select n.record, n.copies, n.content_hash, m.*
from record_number as n
join mention as m on m.position = n.position
