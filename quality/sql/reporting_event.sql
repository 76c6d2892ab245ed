-- table:  (the events selective reporting is measured on)      grain: event_id
-- reads:  report (base.event_report), easy (classes that are quick to deal with)
-- Only incidents count. `exposed_days` is how long an event stood open after its first report, `further` how often citizens
-- reported it meanwhile, the same person once (Liu, Bhandaram and Garg 2023): how readily people report there, whatever happens there.
with event as (
    select
        event_id,
        any_value(event_class) as event_class,
        any_value(grid_code) as grid_code,
        bool_or(channel = 'grid') as by_grid,
        bool_or(channel <> 'grid') as by_others,
        min(reported_at) as first_at,
        max(closed_at) as closed_at,
        count(*) filter (where channel = 'grid') as grid_reports,
        count(*) filter (where channel = 'grid' and self_handled) as spot_reports
    from report
    where ticket_kind = 'incident'
    group by event_id
),

window_of as (
    select *, least(coalesce(closed_at, first_at + interval 30 day), first_at + interval 30 day) as until_at from event
),

further as (
    select w.event_id, count(*) as further
    from window_of as w
    join report as r using (event_id)
    where r.channel = 'citizens'
        and coalesce(r.nth_of_reporter, 1) = 1
        and r.reported_at > w.first_at and r.reported_at <= w.until_at
    group by w.event_id
)

select
    w.event_id, w.event_class, w.grid_code, w.by_grid, w.by_others, w.grid_reports, w.spot_reports,
    w.event_class in (select event_class from easy) as is_easy,
    greatest(date_diff('minute', w.first_at, w.until_at), 0) / 1440 as exposed_days,
    coalesce(f.further, 0) as further
from window_of as w
left join further as f using (event_id)
where w.event_class is not null
