-- table:  quality.event_measure      grain: measure, platform, counted_by
-- reads:  base.event_stage, base.event_deadline, link.mention
-- Each measure per platform and of all, counted by ticket as the bulletins do, and beside it by event: a pothole filed six times
-- is one pothole. The clock stands at the newest moment any stage was reached: what is not due by then is left out.
with ticket as (
    select
        event_id, platform, file_name, delivery_id, sheet_name, row_number,
        min(reached_at) filter (where stage = 'reported') as reported_at,
        min(reached_at) filter (where stage = 'registered') as registered_at,
        min(reached_at) filter (where stage = 'dispatched') as dispatched_at,
        min(reached_at) filter (where stage = 'handled') as handled_at,
        min(reached_at) filter (where stage = 'verified') as verified_at,
        max(reached_at) filter (where stage = 'closed') as closed_at,
        greatest(max(returns), coalesce(max(nth) filter (where stage = 'handled') - 1, 0)) as returns,
        bool_or(self_handled) as self_handled
    from base.event_stage
    group by all
),

knows as (
    select
        platform,
        count(registered_at) > 0 as registers, count(dispatched_at) > 0 as dispatches, count(handled_at) > 0 as handles,
        count(closed_at) > 0 as closes
    from ticket
    group by platform
),

clock as (select max(reached_at) as now_at from base.event_stage),

counted as (
    select
        t.*, d.due_at, d.is_legal, d.on_time, k.registers, k.dispatches, k.handles, k.closes, c.now_at,
        row_number() over (partition by t.event_id order by t.reported_at, t.platform, t.file_name, t.row_number) as nth_of_event
    from ticket as t
    join knows as k using (platform)
    cross join clock as c
    left join base.event_deadline as d using (platform, delivery_id, file_name, sheet_name, row_number)
),

by_ticket as (
    select
        unnest([
            {measure: 'register_rate', d: registers, n: registered_at is not null},
            {measure: 'handle_rate', d: handles, n: handled_at is not null},
            {measure: 'close_rate', d: closes, n: closed_at is not null},
            {measure: 'on_time_rate', d: is_legal and (closed_at is not null or due_at <= now_at), n: coalesce(on_time, false)},
            {measure: 'rework_rate', d: handled_at is not null, n: returns > 0},
            {measure: 'self_handled_rate', d: dispatches and handled_at is not null, n: self_handled},
            {measure: 'repeat_rate', d: true, n: nth_of_event > 1}
        ], recursive := true),
        event_id, platform
    from counted
),

by_event as (
    select
        measure, event_id, platform, bool_or(d) as d,
        case when measure in ('rework_rate', 'repeat_rate') then bool_or(n) filter (where d) else bool_and(n) filter (where d) end as n
    from by_ticket
    group by measure, event_id, platform
),

of_all as (
    select
        measure, event_id, bool_or(d) as d,
        case when measure in ('rework_rate', 'repeat_rate') then bool_or(n) filter (where d) else bool_and(n) filter (where d) end as n
    from by_ticket
    where measure <> 'on_time_rate'
    group by measure, event_id
),

governed as (
    select 'on_time_rate' as measure, e.event_id, true as d, e.closed_at is not null and e.closed_at <= g.due_at as n
    from (
        select event_id, case when count(*) = count(closed_at) then max(closed_at) end as closed_at from ticket group by event_id
    ) as e
    join base.event_deadline as g on g.event_id = e.event_id and g.governs
    cross join clock as c
    where e.closed_at is not null or g.due_at <= c.now_at
),

summed as (
    select measure, platform, 'ticket' as counted_by, count(*) filter (where d and n) as numerator, count(*) filter (where d) as denominator
    from by_ticket group by measure, platform
    union all
    select measure, '*', 'ticket', count(*) filter (where d and n), count(*) filter (where d) from by_ticket group by measure
    union all
    select measure, platform, 'event', count(*) filter (where d and n), count(*) filter (where d) from by_event group by measure, platform
    union all
    select measure, '*', 'event', count(*) filter (where d and n), count(*) filter (where d)
    from (from of_all union all by name from governed) group by measure
),

title as (
    from (values
        ('register_rate', '立案率', '立案数 ÷ 上报数', 'Registered of those reported'),
        ('handle_rate', '处置率', '已处置数 ÷ 上报数', 'Handled of those reported'),
        ('close_rate', '结案率', '结案数 ÷ 上报数', 'Closed of those reported'),
        ('on_time_rate', '按期结案率', '按期结案数 ÷（结案数＋逾期未结数）；按事件计时以适用时限和全部工单办结为准', 'Closed in time of those closed or overdue; by event: by the limit that governs, when all its tickets are closed'),
        ('rework_rate', '返工率', '退回返工数 ÷ 处置数', 'Sent back after verification of those handled'),
        ('self_handled_rate', '自行处置率', '当场自行处置数 ÷ 处置数', 'Dealt with on the spot of those handled'),
        ('repeat_rate', '重复率', '同一事件首次之后的工单 ÷ 工单数；按事件计为被重复上报的事件 ÷ 事件数', 'Tickets after the first of their event; by event: events reported more than once')
    ) as t (measure, title, definition, definition_en)
)

select
    s.measure, s.platform, s.counted_by, t.title, s.numerator, s.denominator,
    s.numerator / s.denominator as value, t.definition, t.definition_en
from summed as s
join title as t using (measure)
where s.denominator > 0
order by s.measure, s.platform, s.counted_by
