-- table: change      grain: row_key, step
-- reads: landed (delivery_id, row_key of all deliveries that stand), delivery (delivery_id, delivered_on, step)
-- How many rows of a key hold after a delivery that has it, less those before: the delivery replaces them all.
with counted as (
    select l.row_key, d.step, d.delivery_id, count(*) as rows_held
    from landed l join delivery d using (delivery_id)
    group by l.row_key, d.step, d.delivery_id
)
select row_key, step, rows_held - lag(rows_held, 1, 0) over (partition by row_key order by step) as change,
       delivery_id as came_with, delivery_id as went_with
from counted
