-- table: change      grain: row_key, step, with both signs
-- reads: landed (delivery_id, row_key), delivery (delivery_id, scope, step, is_new: not yet in the periods)
-- A row comes with its snapshot and goes with the next one of the same scope; where that has it too, the two cancel out.
with snapshot as (
    select scope, step,
           lead(step) over (partition by scope order by step) as next_step,
           lead(min(delivery_id)) over (partition by scope order by step) as next_delivery
    from delivery group by scope, step
),
counted as (
    select d.scope, d.step, d.is_new, l.row_key, count(*) as rows_held, min(l.delivery_id) as delivery_id
    from landed l join delivery d using (delivery_id)
    group by d.scope, d.step, d.is_new, l.row_key
)
select row_key, step, rows_held as change, delivery_id as came_with, null::varchar as went_with
from counted
where is_new
union all
select c.row_key, s.next_step, -c.rows_held, null, s.next_delivery
from counted c join snapshot s using (scope, step)
where s.next_step is not null
