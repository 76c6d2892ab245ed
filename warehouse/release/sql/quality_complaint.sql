-- table:  quality.complaint      grain: event_id
-- reads:  base.event_report, link.event_event
-- Every event that citizens complained of, from the first complaint to the answer: who asks again has not been answered, or not well.
select
    r.event_id,
    any_value(r.event_class) as event_class,
    any_value(r.grid_code) as grid_code,
    count(*) as complaints,
    count(*) filter (where r.nth_of_reporter > 1) as complaints_again,
    count(distinct r.platform) as channels,
    min(r.reported_at) as first_complaint_at,
    max(r.reported_at) as last_complaint_at,
    min(r.closed_at) as answered_at,
    count(*) filter (where r.closed_at is null) as unanswered,
    count(*) filter (where r.reported_at > a.answered_at) as complaints_after_answer,
    count(*) filter (where r.satisfaction = 'dissatisfied') as dissatisfied,
    date_diff('minute', min(r.reported_at), min(r.closed_at)) / 60 as hours_to_answer,
    bool_or(e.event_id is not null) as recurs
from base.event_report as r
join (
    select event_id, min(closed_at) as answered_at
    from base.event_report where channel = 'citizens' group by event_id
) as a using (event_id)
left join (select distinct event_id from link.event_event where relation = 'recurs') as e using (event_id)
where r.channel = 'citizens' and r.ticket_kind = 'incident'
group by r.event_id
