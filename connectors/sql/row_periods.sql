-- table: row_period      grain: row_key, repeat, valid_from
-- reads: change (row_key, step, change, came_with, went_with), delivery (step, delivered_on), former (row_period so far, in its order), held (row_key, rows_held)
-- A row with the number n among those of its key holds while more than n of them do. Periods that have ended stay as they are, and so do
-- those of keys of which nothing came and went.
with numbered as (select *, row_number() over () as place from former),
netted as (
    select row_key, step, sum(change) as change, min(came_with) as came_with, min(went_with) as went_with
    from change group by row_key, step having sum(change) <> 0
),
-- most rows come once and are not seen to go
once as (
    select row_key, any_value(step) as step, any_value(change)::bigint as rows_after, any_value(came_with) as came_with
    from netted anti join held using (row_key)
    group by row_key having count(*) = 1
),
altered as (select * from netted anti join once using (row_key)),
going_on as (select n.* from numbered n semi join altered using (row_key) where n.is_open),
level as (
    select n.*, (coalesce(h.rows_held, 0) + sum(n.change) over (partition by n.row_key order by n.step))::bigint as rows_after
    from altered n left join held h using (row_key)
),
bound as (
    select row_key, step, change > 0 as begins, came_with, went_with,
           unnest(range(least(rows_after - change, rows_after)::bigint, greatest(rows_after - change, rows_after)::bigint)) as "repeat"
    from level
    union all
    select row_key, -1, true, null, null, "repeat" from going_on
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
    left join going_on n on p.step < 0 and n.row_key = p.row_key and n."repeat" = p."repeat"
    left join moment f on f.step = p.step
    left join moment t on t.step = p.end_step
    where p.begins
    union all
    select o.row_key, unnest(range(o.rows_after)), f.delivered_on, null, o.came_with, null, true, null, o.step
    from once o left join moment f on f.step = o.step
    union all
    select row_key, "repeat", valid_from, valid_to, from_delivery_id, to_delivery_id, is_open, place, -1
    from numbered
    where not is_open or row_key not in (select row_key from altered)
)
select row_key, "repeat", valid_from, valid_to, from_delivery_id, to_delivery_id, is_open
from told
order by row_key, "repeat", place nulls last, step
