-- table:  (service requests of GeoReport v2)      grain: platform, ticket
-- reads:  base.event_report, base.event, base.event_deadline, catalogue.platform
-- Every report of an incident. `duplicate_of` is what GeoReport lacks: the request that told of the same event first.
with request as (
    select
        r.*,
        concat_ws(':', r.platform, coalesce(r.ticket, concat_ws(':', r.file_name, r.sheet_name, r.row_number))) as service_request_id
    from base.event_report as r
    where r.ticket_kind = 'incident' and r.reported_at is not null
),

first as (
    select event_id, arg_min(service_request_id, nth_of_event) as service_request_id from request group by event_id
)

select
    r.service_request_id,
    if(r.closed_at is null, 'open', 'closed') as status,
    p.title_zh as status_notes,
    coalesce(r.event_class, '其他') as service_name,
    coalesce(r.event_class, '其他') as service_code,
    e.content as description,
    coalesce(r.responsible, p.department_zh) as agency_responsible,
    strftime(r.reported_at, '%Y-%m-%dT%H:%M:%S') || $zone as requested_datetime,
    strftime(coalesce(r.closed_at, r.verified_at, r.handled_at, r.dispatched_at, r.registered_at, r.reported_at), '%Y-%m-%dT%H:%M:%S') || $zone as updated_datetime,
    strftime(d.due_at, '%Y-%m-%dT%H:%M:%S') || $zone as expected_datetime,
    e.address,
    e.housing_id as address_id,
    try_cast(split_part(e.location, ',', 2) as double) as lat,
    try_cast(split_part(e.location, ',', 1) as double) as long,
    r.event_id,
    nullif(f.service_request_id, r.service_request_id) as duplicate_of
from request as r
join first as f using (event_id)
join base.event as e using (event_id)
join catalogue.platform as p using (platform)
left join base.event_deadline as d using (platform, delivery_id, file_name, sheet_name, row_number)
order by r.reported_at, service_request_id
