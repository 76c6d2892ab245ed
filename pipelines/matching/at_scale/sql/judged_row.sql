-- reads:  row_record, judged_id
-- The records of the rows a person has judged.
select r.mention_id, r.record
from row_record as r
join judged_id as j on j.mention_id = r.mention_id
