-- table:  row_record      grain: mention_id
-- reads:  row, record_number
-- The record of every row.
select r.mention_id, r.position, n.record
from row as r
join record_number as n on n.content_hash = r.content_hash and n.content_hash_2 = r.content_hash_2 and n.alone = r.alone
