-- table: row_period      grain: row_key, repeat, valid_from
-- reads: change (row_key, step, change, came_with, went_with), delivery (step, delivered_on)
-- A row with the number n among those of its key holds while more than n of them do.
with netted as (
    select row_key, step, sum(change) as change, min(came_with) as came_with, min(went_with) as went_with
    from change group by row_key, step having sum(change) <> 0
),
level as (
    select *, (sum(change) over (partition by row_key order by step))::bigint as rows_after from netted
),
bound as (
    select row_key, step, change > 0 as begins, came_with, went_with,
           unnest(range(least(rows_after - change, rows_after)::bigint, greatest(rows_after - change, rows_after)::bigint)) as "repeat"
    from level
),
paired as (
    select *, lead(step) over later as end_step, lead(went_with) over later as ended_with
    from bound window later as (partition by row_key, "repeat" order by step)
),
moment as (select distinct step, delivered_on from delivery)
select p.row_key, p."repeat", f.delivered_on as valid_from, t.delivered_on as valid_to,
       p.came_with as from_delivery_id, p.ended_with as to_delivery_id, p.end_step is null as is_open
from paired p
join moment f on f.step = p.step
left join moment t on t.step = p.end_step
where p.begins
order by p.row_key, p."repeat", p.step
