-- table:  quality.event_measure      grain: measure, platform, counted_by
-- reads:  base.event_report, base.event_deadline, link.event_event
-- Each measure per platform and of all, counted by ticket as the bulletins do, and beside it by event: a pothole filed six times
-- is one pothole. The clock stands at the newest moment any stage was reached: what is not due by then is left out. A measure is
-- taken only of platforms that know what it counts: one that never records an extension has no share of extensions, not one of 0.
with clock as (
    select greatest(max(reported_at), max(closed_at), max(handled_at)) as now_at from base.event_report
),

knows as (
    select
        platform,
        count(registered_at) > 0 as registers, count(dispatched_at) > 0 as dispatches, count(handled_at) > 0 as handles,
        count(closed_at) > 0 as closes, sum(extensions) > 0 as extends, bool_or(self_handled) as closes_on_the_spot
    from base.event_report
    group by platform
),

frequent as (
    select platform, event_class
    from (
        select platform, event_class, count(*) as tickets
        from base.event_report where ticket_kind = 'incident' and event_class is not null group by all
    )
    qualify row_number() over (partition by platform order by tickets desc, event_class) <= 3
),

counted as (
    select
        r.*, d.due_at, d.is_legal, d.on_time, k.registers, k.handles, k.closes, k.extends, k.dispatches as sends, k.closes_on_the_spot,
        c.now_at, f.event_class is not null as is_frequent
    from base.event_report as r
    join knows as k using (platform)
    cross join clock as c
    left join base.event_deadline as d using (platform, delivery_id, file_name, sheet_name, row_number)
    left join frequent as f on f.platform = r.platform and f.event_class = r.event_class
),

by_ticket as (
    select
        unnest([
            {measure: 'register_rate', d: registers, n: registered_at is not null},
            {measure: 'handle_rate', d: handles, n: handled_at is not null},
            {measure: 'on_time_handle_rate', d: handles and is_legal and (handled_at is not null or due_at <= now_at), n: coalesce(handled_at <= due_at, false)},
            {measure: 'close_rate', d: closes, n: closed_at is not null},
            {measure: 'on_time_rate', d: is_legal and (closed_at is not null or due_at <= now_at), n: coalesce(on_time, false)},
            {measure: 'on_time_rate_not_on_the_spot', d: closes_on_the_spot and not self_handled and is_legal and (closed_at is not null or due_at <= now_at), n: coalesce(on_time, false)},
            {measure: 'on_time_reply_rate', d: channel = 'citizens' and is_legal and (closed_at is not null or due_at <= now_at), n: coalesce(on_time, false)},
            {measure: 'rework_rate', d: handled_at is not null, n: returns > 0},
            {measure: 'extension_rate', d: extends, n: extensions > 0},
            {measure: 'dispatch_accuracy', d: routing in ('right', 'wrong', 'sent_back'), n: routing = 'right'},
            {measure: 'self_handled_rate', d: sends and handled_at is not null, n: self_handled},
            {measure: 'high_incident_share', d: ticket_kind = 'incident' and event_class is not null, n: is_frequent},
            {measure: 'repeat_rate', d: ticket_kind = 'incident', n: nth_of_event > 1},
            {measure: 'repeat_caller_rate', d: ticket_kind = 'incident' and nth_of_reporter is not null, n: nth_of_reporter > 1},
            {measure: 'response_rate', d: not is_legal and (closed_at is not null or due_at <= now_at), n: coalesce(on_time, false)},
            {measure: 'solve_rate', d: ticket_kind = 'incident' and solved is not null, n: solved},
            {measure: 'satisfaction_rate', d: satisfaction <> 'unrated', n: satisfaction in ('satisfied', 'rather_satisfied')},
            {measure: 'satisfaction_of_all', d: satisfaction is not null, n: satisfaction in ('satisfied', 'rather_satisfied')}
        ], recursive := true),
        event_id, platform
    from counted
),

-- Of an event with several tickets a good thing holds if it holds for all of them, a bad one if it holds for any.
one_is_enough as (
    select unnest(['rework_rate', 'extension_rate', 'repeat_rate', 'repeat_caller_rate', 'self_handled_rate', 'high_incident_share']) as measure
),

by_event as (
    select
        measure, platform, event_id, bool_or(d) as d,
        case when measure in (from one_is_enough) then bool_or(n) filter (where d) else bool_and(n) filter (where d) end as n
    from by_ticket
    group by measure, platform, event_id
),

of_all as (
    select
        measure, event_id, bool_or(d) as d,
        case when measure in (from one_is_enough) then bool_or(n) filter (where d) else bool_and(n) filter (where d) end as n
    from by_ticket
    where measure <> 'on_time_rate'
    group by measure, event_id
),

governed as (
    select 'on_time_rate' as measure, e.event_id, true as d, e.closed_at is not null and e.closed_at <= g.due_at as n
    from (
        select event_id, case when count(*) = count(closed_at) then max(closed_at) end as closed_at
        from base.event_report
        where platform in (select platform from knows where closes)
        group by event_id
    ) as e
    join base.event_deadline as g on g.event_id = e.event_id and g.governs
    cross join clock as c
    where e.closed_at is not null or g.due_at <= c.now_at
),

recurring as (
    select 'recurrence_rate' as measure, e.event_id, true as d, l.event_id is not null as n
    from (select distinct event_id from base.event_report where ticket_kind = 'incident') as e
    left join (select distinct event_id from link.event_event where relation = 'recurs') as l using (event_id)
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
    from (from of_all union all by name from governed union all by name from recurring) group by measure
),

title as (
    from (values
        ('register_rate', '立案率', '立案数 ÷ 上报数', 'Registered of those reported'),
        ('handle_rate', '处置率', '已处置数 ÷ 上报数', 'Handled of those reported'),
        ('on_time_handle_rate', '按期处置率', '时限内处置数 ÷（处置数＋逾期未处置数）', 'Handled within the limit of those handled or overdue'),
        ('close_rate', '结案率', '结案数 ÷ 上报数', 'Closed of those reported'),
        ('on_time_rate', '按期结案率', '按期结案数 ÷（结案数＋逾期未结数）；按事件计时以适用时限和全部工单办结为准', 'Closed in time of those closed or overdue; by event: by the limit that governs, when all its tickets are closed'),
        ('on_time_rate_not_on_the_spot', '按期结案率（不含自办自结）', '不计当场自行处置的按期结案率', 'The same without what was dealt with on the spot by who reported it'),
        ('on_time_reply_rate', '按期办结率', '市民渠道按期办结数 ÷ 应办结数', 'Closed in time of what citizens reported'),
        ('rework_rate', '返工率', '退回返工数 ÷ 处置数', 'Sent back after verification of those handled'),
        ('extension_rate', '延期率', '延期数 ÷ 上报数；只计有延期记录的平台', 'Extended of those reported, on platforms that record extensions'),
        ('dispatch_accuracy', '准确派遣率', '首次派遣符合权责清单且未被退回数 ÷ 可核对派遣数；属地派遣与清单未列不计', 'First dispatched to the department the routing table names and not sent back, of those that can be judged; dispatch to the street of the place is left out'),
        ('self_handled_rate', '自行处置率', '当场自行处置数 ÷ 处置数', 'Dealt with on the spot of those handled'),
        ('high_incident_share', '高发案件占比', '最多的三类事件的工单 ÷ 工单数', 'Tickets of the three most frequent classes of the platform'),
        ('repeat_rate', '重复率', '同一事件首次之后的工单 ÷ 工单数；按事件计为被重复上报的事件 ÷ 事件数', 'Tickets after the first of their event; by event: events reported more than once'),
        ('repeat_caller_rate', '同一人重复投诉率', '同一号码或账号就同一事件再次反映的工单 ÷ 反映人可识别的工单', 'Tickets by a number or account that reported the event before, of those whose reporter is known'),
        ('recurrence_rate', '复发率', '办结后再次发生的事件 ÷ 事件数', 'Events that are an earlier one come back after it was settled'),
        ('response_rate', '响应率', '承诺时限内答复数 ÷ 应答复数；指联系，不指解决', 'Answered within the promised time; contact, not solution'),
        ('solve_rate', '解决率', '平台称已解决数 ÷ 有结论数', 'Solved, as the platform says, of those with a result'),
        ('satisfaction_rate', '满意率', '（满意＋基本满意）÷ 有效评价；未评价不计', 'Satisfied or rather satisfied of those who answered'),
        ('satisfaction_of_all', '满意率（含未评价）', '（满意＋基本满意）÷ 应评价；未评价计入分母', 'The same of all who were asked')
    ) as t (measure, title, definition, definition_en)
)

select
    s.measure, s.platform, s.counted_by, t.title, s.numerator, s.denominator,
    s.numerator / s.denominator as value, t.definition, t.definition_en
from summed as s
join title as t using (measure)
where s.denominator > 0
order by s.measure, s.platform, s.counted_by
