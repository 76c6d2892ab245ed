-- table: rows of one dataset that hold now      grain: row_key, repeat
-- reads: landed (all rows of the deliveries at stake), delivery (delivery_id, delivered_on, rank), origin (row_origin)
-- The places in braces are filled in by connectors.current: the date of the claim, the source columns, all their texts.
-- Rows that share a key, though it should name one, are numbered by what they say: the same rows in another order are the same.
with placed as (
    select l.delivery_id, l.row_number, l.row_key, l.file_name, l.sheet_name, d.rank
    from landed l join delivery d using (delivery_id)
),
holding as (
    -- the files of a snapshot have one rank; of a delta the newest delivery that has the key wins, with all its rows of it
    select * from placed qualify rank = max(rank) over (partition by row_key)
),
crowded as (
    select delivery_id, row_number from holding qualify count(*) over (partition by row_key) > 1
),
said as (
    select l.delivery_id, l.row_number, md5(concat_ws(chr(31), {texts})) as content
    from landed l join crowded using (delivery_id, row_number)
),
numbered as (
    select h.delivery_id, h.row_number, h.rank,
           row_number() over (partition by h.row_key order by s.content, h.file_name, h.sheet_name, h.row_number, h.rank) - 1 as "repeat"
    from holding h left join said s using (delivery_id, row_number)
)
select coalesce(o.from_delivery_id, l.delivery_id) as delivery_id, coalesce(o.from_file_name, l.file_name) as file_name,
       coalesce(o.from_sheet_name, l.sheet_name) as sheet_name, coalesce(o.from_row_number, l.row_number) as row_number,
       l.row_key, n."repeat", {claimed} as claimed_on, {columns}
from landed l join numbered n using (delivery_id, row_number) join delivery d using (delivery_id)
left join origin o using (delivery_id, row_number)
order by l.file_name, l.sheet_name, l.row_number, n.rank
