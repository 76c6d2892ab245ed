-- table: row_origin      grain: delivery_id, row_number
-- reads: fresh (row_contents), origin (row_origin as it was before)
-- A row that says what a row of its key said before keeps that one's place; of rows that say the same the first keep theirs.
select f.delivery_id, f.row_number, f.scope, f.row_key, f.content, f.copy,
       coalesce(o.from_delivery_id, f.delivery_id) as from_delivery_id,
       coalesce(o.from_file_name, f.file_name) as from_file_name,
       coalesce(o.from_sheet_name, f.sheet_name) as from_sheet_name,
       coalesce(o.from_row_number, f.row_number) as from_row_number,
       if(o.delivery_id is null, f.delivered_on, o.from_date) as from_date
from fresh f left join origin o using (scope, row_key, content, copy)
