-- table:  link.event_component      grain: event_id, component_id
-- reads:  report (mentions of events with their event), part (mentions of components with their component)
-- An event is about the component whose number one of its reports gives.
select
    r.event_id,
    p.component_id,
    count(*) as reports,
    string_agg(distinct r.platform, ' ' order by r.platform) as platforms
from report as r
join part as p on p.source_code = r.component_code
group by r.event_id, p.component_id
order by r.event_id, p.component_id
