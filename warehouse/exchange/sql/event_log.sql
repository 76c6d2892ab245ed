-- table:  (event log for process mining)      grain: case, ticket, activity, nth
-- reads:  base.event_stage, base.event_report
-- Columns are named as XES names them, which process-mining tools read without being told. A case is an event: its reports are
-- handled side by side on several platforms. No person is named: who acted is the unit or the department.
select
    s.event_id as "case:concept:name",
    s.stage::varchar as "concept:name",
    s.reached_at as "time:timestamp",
    if(s.stage in ('dispatched', 'handled', 'returned') and r.responsible is not null, r.responsible, r.department) as "org:resource",
    'complete' as "lifecycle:transition",
    s.platform as "org:group",
    s.ticket,
    s.nth as occurrence,
    r.event_class as "case:event_class",
    r.grid_code as "case:grid_code",
    r.ticket_kind::varchar as "case:ticket_kind"
from base.event_stage as s
join base.event_report as r using (platform, delivery_id, file_name, sheet_name, row_number)
order by s.event_id, s.reached_at, s.stage_number nulls last, s.platform, s.ticket, s.nth
