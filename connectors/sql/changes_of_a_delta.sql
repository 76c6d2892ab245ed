-- table: change      grain: row_key, step
-- reads: landed (delivery_id, row_key), delivery (delivery_id, delivered_on, step), held (row_key, rows_held: open periods so far)
-- How many rows of a key hold after a delivery that has it, less those before: the delivery replaces them all.
with counted as (
    select l.row_key, d.step, d.delivery_id, count(*) as rows_held
    from landed l join delivery d using (delivery_id)
    group by l.row_key, d.step, d.delivery_id
)
select c.row_key, c.step, c.rows_held - coalesce(lag(c.rows_held) over (partition by c.row_key order by c.step), h.rows_held, 0) as change,
       c.delivery_id as came_with, c.delivery_id as went_with
from counted c left join held h using (row_key)
