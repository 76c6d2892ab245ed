-- table: row_period      grain: row_key, repeat, valid_from
-- reads: change (row_key, step, change, came_with, went_with), delivery (step, delivered_on), former (row_period so far, in its order), held (row_key, rows_held)
-- A row with the number n among those of its key holds while more than n of them do. Periods that have ended stay as they are.
with numbered as (select *, row_number() over () as place from former),
netted as (
    select row_key, step, sum(change) as change, min(came_with) as came_with, min(went_with) as went_with
    from change group by row_key, step having sum(change) <> 0
),
level as (
    select n.*, (coalesce(h.rows_held, 0) + sum(n.change) over (partition by n.row_key order by n.step))::bigint as rows_after
    from netted n left join held h using (row_key)
),
bound as (
    select row_key, step, change > 0 as begins, came_with, went_with,
           unnest(range(least(rows_after - change, rows_after)::bigint, greatest(rows_after - change, rows_after)::bigint)) as "repeat"
    from level
    union all
    select row_key, -1, true, null, null, "repeat" from numbered where is_open
),
paired as (
    select *, lead(step) over later as end_step, lead(went_with) over later as ended_with
    from bound window later as (partition by row_key, "repeat" order by step)
),
moment as (select distinct step, delivered_on from delivery),
told as (
    select p.row_key, p."repeat", if(p.step < 0, n.valid_from, f.delivered_on) as valid_from, t.delivered_on as valid_to,
           if(p.step < 0, n.from_delivery_id, p.came_with) as from_delivery_id, p.ended_with as to_delivery_id,
           p.end_step is null as is_open, n.place, p.step
    from paired p
    left join numbered n on p.step < 0 and n.is_open and n.row_key = p.row_key and n."repeat" = p."repeat"
    left join moment f on f.step = p.step
    left join moment t on t.step = p.end_step
    where p.begins
    union all
    select row_key, "repeat", valid_from, valid_to, from_delivery_id, to_delivery_id, false, place, -1 from numbered where not is_open
)
select row_key, "repeat", valid_from, valid_to, from_delivery_id, to_delivery_id, is_open
from told
order by row_key, "repeat", place nulls last, step
