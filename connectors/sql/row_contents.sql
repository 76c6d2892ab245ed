-- table: fresh      grain: delivery_id, row_number
-- reads: landed (rows of the deliveries of one round), delivery (delivery_id, scope, delivered_on)
-- The place in braces is filled in by connectors.origins: all a row says, under the names of today.
select l.delivery_id, l.row_number, d.scope, l.row_key, md5_number_lower({said}) as content,
       row_number() over (partition by d.scope, l.row_key, md5_number_lower({said}) order by l.file_name, l.sheet_name, l.row_number) - 1 as copy,
       l.file_name, l.sheet_name, d.delivered_on
from landed l join delivery d using (delivery_id)
