-- table:  copies      grain: content_hash, content_hash_2, alone
-- reads:  row
-- Rows that agree in all that is compared are one record, named by its first row.
select content_hash, content_hash_2, alone, min(position) as position, count(*) as copies
from row
group by content_hash, content_hash_2, alone
