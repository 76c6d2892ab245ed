-- table:  (counts that the forecast is made from)      grain: event_class, month
-- reads:  report (base.event_report)
-- Incidents by the month of their first report, each once; months that are not whole at either end are left out. A class without an
-- incident in a month has a line of 0.
with event as (
    select event_id, any_value(event_class) as event_class, min(reported_at) as first_at
    from report
    where ticket_kind = 'incident' and event_class is not null and reported_at is not null
    group by event_id
),

span as (
    select
        date_trunc('month', min(first_at) - interval 1 day + interval 1 month)::date as from_month,
        date_trunc('month', max(first_at) + interval 1 day)::date as to_month
    from event
),

month as (
    select unnest(generate_series(from_month, to_month - interval 1 month, interval 1 month))::date as month from span
    where from_month is not null
),

class as (select distinct event_class from event)

select c.event_class, m.month, count(e.event_id) as events
from class as c
cross join month as m
left join event as e on e.event_class = c.event_class and date_trunc('month', e.first_at)::date = m.month
group by all
order by all
