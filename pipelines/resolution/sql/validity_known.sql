-- table:  known      grain: platform, dataset, role, row_key, repeat
-- reads:  mention, entity, delivery (delivery_id, delivered_on), former (known, as the last release left it), period
-- Every mention a release ever held, with the entity it belongs to, or belonged to last. A role that appears in a row, vanishes
-- from it or passes to somebody else, while the row itself goes on, begins or ends with the delivery the row was in then. What
-- stands before the point in a mention's row_key is the row.
with now as (
    select m.platform, m.dataset, m.role, m.row_key, split_part(m.row_key, '.', 1) as row, m.repeat,
           e.entity_id, m.delivery_id, d.delivered_on
    from mention m
    join entity e using (mention_id)
    join delivery d using (delivery_id)
),
-- mentions nobody knew before
fresh as (
    select * from now anti join former using (platform, dataset, role, row_key, repeat)
),
former_row as (
    select distinct platform, dataset, row, repeat
    from (select platform, dataset, split_part(row_key, '.', 1) as row, repeat from former where is_current)
    semi join fresh using (platform, dataset, row, repeat)
),
now_row as (
    select platform, dataset, row, repeat, min(delivery_id) as delivery_id, min(delivered_on) as delivered_on
    from now group by all
),
open_row as (
    select platform, dataset, row_key as row, repeat from period where is_open
),
kept as (
    select n.platform, n.dataset, n.role, n.row_key, n.repeat, n.entity_id, true as is_current,
           f.began_on, f.began_with, null::date as ended_on, null::varchar as ended_with
    from now n
    join former f using (platform, dataset, role, row_key, repeat)
    union all
    select n.platform, n.dataset, n.role, n.row_key, n.repeat, n.entity_id, true,
           if(r.row is not null, n.delivered_on, null), if(r.row is not null, n.delivery_id, null), null, null
    from fresh n
    left join former_row r using (platform, dataset, row, repeat)
),
gone as (
    select f.platform, f.dataset, f.role, f.row_key, f.repeat, f.entity_id, false as is_current, f.began_on, f.began_with,
           case when not f.is_current then f.ended_on when o.row is not null then n.delivered_on end as ended_on,
           case when not f.is_current then f.ended_with when o.row is not null then n.delivery_id end as ended_with
    from (select *, split_part(row_key, '.', 1) as row from former) f
    anti join now using (platform, dataset, role, row_key, repeat)
    left join open_row o using (platform, dataset, row, repeat)
    left join now_row n using (platform, dataset, row, repeat)
)
select * from kept
union all
select * from gone
