-- table:  quality.stage_delay      grain: platform, stage
-- reads:  base.event_report, base.event_deadline
-- Where time is lost: how long tickets stay in each stage, and in which stage the legal limit of those that are late ran out. A
-- ticket is in a stage from the moment it is reached until the next one is; one that is open stays in its last stage till now.
with step as (
    unpivot (
        select
            platform, delivery_id, file_name, sheet_name, row_number,
            reported_at as reported, registered_at as registered, dispatched_at as dispatched, handled_at as handled,
            verified_at as verified, closed_at as closed
        from base.event_report
        where ticket_kind = 'incident' and platform in (select platform from base.event_report where closed_at is not null)
    )
    on reported, registered, dispatched, handled, verified, closed
    into name stage value reached_at
),

clock as (
    select max(reached_at) as now_at from step
),

stay as (
    select
        *,
        lead(reached_at) over (
            partition by platform, delivery_id, file_name, sheet_name, row_number
            order by reached_at, list_position(['reported', 'registered', 'dispatched', 'handled', 'verified', 'closed'], stage)
        ) as left_at
    from step
),

spent as (
    select
        s.platform, s.stage, s.left_at is null as is_here, d.due_at is not null as is_limited,
        date_diff('minute', s.reached_at, coalesce(s.left_at, c.now_at)) as minutes,
        coalesce(not d.on_time, d.due_at < c.now_at) and d.due_at >= s.reached_at and d.due_at < coalesce(s.left_at, c.now_at) as ran_out
    from stay as s
    cross join clock as c
    left join base.event_deadline as d
        on d.platform = s.platform and d.delivery_id = s.delivery_id and d.file_name = s.file_name
        and d.sheet_name = s.sheet_name and d.row_number = s.row_number and d.is_legal
    where s.stage <> 'closed'
)

select
    platform, stage, count(*) as tickets,
    count(*) filter (where is_here) as still_here,
    median(minutes) / 60 as median_hours,
    quantile_cont(minutes, 0.9) / 60 as ninth_decile_hours,
    sum(minutes) / nullif(sum(sum(minutes)) over (partition by platform), 0) as share_of_time,
    count(*) filter (where ran_out) as overdue
from spent
group by platform, stage
