-- table: rows of one dataset that hold now      grain: row_key, repeat
-- reads: landed (all rows of the deliveries at stake), delivery (delivery_id, delivered_on, rank)
-- The two places in braces are filled in by connectors.current: the date of the claim, the source columns.
with placed as (
    select l.delivery_id, l.row_number, l.row_key, l.file_name, l.sheet_name, d.rank
    from landed l join delivery d using (delivery_id)
),
holding as (
    -- the files of a snapshot have one rank; of a delta the newest delivery that has the key wins, with all its rows of it
    select * from placed qualify rank = max(rank) over (partition by row_key)
),
numbered as (
    select delivery_id, row_number, rank,
           row_number() over (partition by row_key order by file_name, sheet_name, row_number, rank) - 1 as "repeat"
    from holding
)
select l.delivery_id, l.file_name, l.sheet_name, l.row_number, l.row_key, n."repeat", {claimed} as claimed_on, {columns}
from landed l join numbered n using (delivery_id, row_number) join delivery d using (delivery_id)
order by l.file_name, l.sheet_name, l.row_number, n.rank
