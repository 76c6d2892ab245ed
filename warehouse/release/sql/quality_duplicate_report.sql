-- table:  quality.duplicate_report      grain: platform
-- reads:  base.event_report, base.event_deadline
-- What one network saves: every ticket beyond the first of its event is one that nobody need register, dispatch and close again.
select
    if(grouping(r.platform) = 1, '*', r.platform) as platform,
    count(*) as tickets,
    count(distinct r.event_id) as events,
    count(*) - count(distinct r.event_id) as saved,
    count(distinct r.event_id) filter (where s.platforms > 1) as events_of_several_platforms,
    count(distinct r.event_id) filter (where d.contradicts) as events_with_contradictory_limits
from base.event_report as r
join (select event_id, count(distinct platform) as platforms from base.event_report group by event_id) as s using (event_id)
left join base.event_deadline as d using (platform, delivery_id, file_name, sheet_name, row_number)
where r.ticket_kind = 'incident'
group by grouping sets ((r.platform), ())
having count(*) > 0
