-- table:  quality.event_route      grain: event_class, grid_code
-- reads:  report (base.event_report), route, area (grid tree)
-- The routing table spread over the grids, as it stands on the day of the newest report: cells that no line covers and cells for
-- which several departments answer are what nobody can dispatch by.
with grid as (
    select grid_code from area where grid_code not in (select parent_code from area where parent_code is not null)
),

class as (
    select event_class from route
    union
    select event_class from report where event_class is not null and ticket_kind = 'incident'
),

today as (select max(reported_at)::date as day from report),

reach as (
    select c.event_class, g.grid_code, r.department
    from class as c
    cross join grid as g
    cross join today as t
    join route as r
        on r.event_class = c.event_class
        and starts_with(g.grid_code, r.area_code)
        and t.day >= r.valid_from
        and (r.valid_to is null or t.day <= r.valid_to)
    qualify rank() over (partition by c.event_class, g.grid_code order by length(r.area_code) desc) = 1
),

answer as (
    select event_class, grid_code, count(distinct department) as many, string_agg(distinct department, '、' order by department) as departments
    from reach
    group by event_class, grid_code
),

told as (
    select
        event_class, grid_code, count(distinct event_id) as events,
        count(*) filter (where routing = 'right') as dispatches_right,
        count(*) filter (where routing in ('wrong', 'sent_back')) as dispatches_wrong
    from report
    where ticket_kind = 'incident'
    group by event_class, grid_code
)

select
    c.event_class, g.grid_code,
    case when a.many is null then 'empty' when a.many > 1 then 'ambiguous' else 'assigned' end as assignment,
    a.departments,
    coalesce(t.events, 0) as events,
    coalesce(t.dispatches_right, 0) as dispatches_right,
    coalesce(t.dispatches_wrong, 0) as dispatches_wrong
from class as c
cross join grid as g
left join answer as a using (event_class, grid_code)
left join told as t using (event_class, grid_code)
