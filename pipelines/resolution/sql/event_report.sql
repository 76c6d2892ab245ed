-- table:  base.event_report      grain: platform, delivery_id, file_name, sheet_name, row_number
-- reads:  line (stages of reports), head (reports with what is said of them), event (golden), route, area (grid tree)
-- A dispatch is right where it goes to the one department that the routing table names for the class, the grid and the day; of
-- several lines the one of the smallest area counts. A case sent to the street of its place is dispatched by territory, which the
-- table does not judge. One that comes back before it is handled was dispatched wrong, whoever got it.
with ticket as (
    select
        platform, delivery_id, file_name, sheet_name, row_number,
        min(reached_at) filter (where stage = 'reported') as reported_at,
        min(reached_at) filter (where stage = 'registered') as registered_at,
        min(reached_at) filter (where stage = 'dispatched') as dispatched_at,
        min(reached_at) filter (where stage = 'handled') as handled_at,
        min(reached_at) filter (where stage = 'verified') as verified_at,
        max(reached_at) filter (where stage = 'closed') as closed_at,
        min(reached_at) filter (where stage = 'returned') as sent_back_at,
        count(*) filter (where stage = 'dispatched') as dispatches,
        count(*) filter (where stage = 'extended') as extensions,
        greatest(max(returns), coalesce(max(nth) filter (where stage = 'handled') - 1, 0)) as returns,
        bool_or(self_handled) as self_handled
    from line
    group by all
),

sends_back as (
    select platform, count(sent_back_at) > 0 as sends_back from ticket group by platform
),

report as (
    select h.*, e.grid_code, t.* exclude (platform, delivery_id, file_name, sheet_name, row_number), s.sends_back
    from head as h
    left join ticket as t using (platform, delivery_id, file_name, sheet_name, row_number)
    left join sends_back as s using (platform)
    left join event as e using (event_id)
),

cell as (
    select distinct event_class, grid_code, reported_at::date as day from report where responsible is not null
),

reach as (
    select c.event_class, c.grid_code, c.day, r.department
    from cell as c
    join route as r
        on r.event_class = c.event_class
        and starts_with(coalesce(c.grid_code, ''), r.area_code)
        and c.day >= r.valid_from
        and (r.valid_to is null or c.day <= r.valid_to)
    qualify rank() over (partition by c.event_class, c.grid_code, c.day order by length(r.area_code) desc) = 1
),

answers as (
    select event_class, grid_code, day, list(distinct department) as departments from reach group by all
)

select
    r.event_id, r.platform, r.ticket, r.delivery_id, r.file_name, r.sheet_name, r.row_number,
    r.department, r.channel, r.ticket_kind, r.event_class, r.grid_code,
    row_number() over (
        partition by r.event_id order by r.reported_at, r.platform, r.file_name, r.sheet_name, r.row_number
    ) as nth_of_event,
    case when r.reporter is not null then row_number() over (
        partition by r.event_id, r.reporter order by r.reported_at, r.platform, r.file_name, r.sheet_name, r.row_number
    ) end as nth_of_reporter,
    r.reported_at, r.registered_at, r.dispatched_at, r.handled_at, r.verified_at, r.closed_at,
    coalesce(r.dispatches, 0) as dispatches, coalesce(r.returns, 0) as returns, coalesce(r.extensions, 0) as extensions,
    coalesce(r.self_handled, false) as self_handled, r.responsible,
    case
        when r.ticket_kind <> 'incident' then null
        when r.sent_back_at <= coalesce(r.handled_at, r.sent_back_at) then 'sent_back'
        when r.responsible is null and r.sends_back and r.dispatched_at is not null then 'right'
        when r.responsible is null then null
        when list_contains(a.departments, r.responsible) and len(a.departments) = 1 then 'right'
        when exists (from area where area.name = r.responsible) then 'by_territory'
        when a.departments is null or len(a.departments) > 1 then 'unlisted'
        else 'wrong'
    end as routing,
    r.satisfaction, r.solved
from report as r
left join answers as a
    on a.event_class is not distinct from r.event_class
    and a.grid_code is not distinct from r.grid_code
    and a.day = r.reported_at::date
