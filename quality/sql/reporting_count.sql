-- table:  (counts that selective reporting is measured by)      grain: event_class, grid_code
-- reads:  event (one row per incident, see reporting_event)
-- Days are summed in their order: a sum of fractions depends on it.
select
    event_class,
    coalesce(grid_code, '') as grid_code,
    count(*) filter (where by_others) as heard,
    count(*) filter (where by_others and by_grid) as too,
    count(*) filter (where by_grid and not by_others) as alone,
    sum(grid_reports)::bigint as reports,
    coalesce(sum(grid_reports) filter (where is_easy), 0)::bigint as easy,
    coalesce(sum(spot_reports) filter (where is_easy), 0)::bigint as spot,
    sum(further)::bigint as further,
    sum(exposed_days order by exposed_days) as days
from event
group by all
order by all
