-- table:  quality.reconciliation      grain: platform, delivery_id, dataset, sheet_name
-- reads:  delivery (landing.delivery), current_rows, expected, resolved (link.mention), departments (platform, department, is_delta)
-- Places are known from what is current, expected or resolved. A delivery that is wholly replaced or rejected has none:
-- it takes the one sheet its dataset is known by, else ''. Rows are counted per dataset, so they stand on its first sheet.
with current_place as (
    select platform, dataset, delivery_id, sheet_name, sum(rows_current) as rows_current
    from current_rows group by all
),
expected_place as (
    select platform, dataset, delivery_id, sheet_name, sum(mentions_expected) as mentions_expected, sum(mentions_undecided) as mentions_undecided
    from expected group by all
),
resolved_place as (
    select platform, dataset, delivery_id, sheet_name, min(file_name) as file_name, count(*) as mentions_resolved
    from resolved group by platform, dataset, delivery_id, sheet_name
),
place as (
    select platform, dataset, delivery_id, sheet_name from current_place
    union
    select platform, dataset, delivery_id, sheet_name from expected_place
    union
    select platform, dataset, delivery_id, sheet_name from resolved_place
),
only_sheet as (
    select platform, dataset, min(sheet_name) as sheet_name
    from place group by platform, dataset having count(distinct sheet_name) = 1
),
confirmed as (
    select platform, dataset, scope, max(delivered_on) as last_confirmed_on
    from delivery where state = 'landed' group by all
),
line as (
    select
        coalesce(d.platform, p.platform) as platform,
        coalesce(d.dataset, p.dataset) as dataset,
        coalesce(d.delivery_id, p.delivery_id) as delivery_id,
        coalesce(p.sheet_name, o.sheet_name, '') as sheet_name,
        d.delivery_id is not null as is_known,
        d.file_name,
        d.delivered_on,
        s.last_confirmed_on,
        d.state,
        d.reason_code,
        d.reason,
        d.rows_delivered,
        d.rows_landed,
        d.rows_rejected,
        row_number() over (
            partition by coalesce(d.platform, p.platform), coalesce(d.dataset, p.dataset), coalesce(d.delivery_id, p.delivery_id)
            order by coalesce(p.sheet_name, '')
        ) = 1 as is_first_sheet
    from delivery as d
    full join place as p
        on p.platform = d.platform and p.dataset = d.dataset and p.delivery_id = d.delivery_id
    left join only_sheet as o on o.platform = d.platform and o.dataset = d.dataset
    left join confirmed as s on (s.platform, s.dataset, s.scope) = (d.platform, d.dataset, d.scope)
),
counted as (
    select
        l.platform,
        coalesce(departments.department, '') as department,
        l.delivery_id,
        coalesce(l.file_name, r.file_name, '') as file_name,
        l.sheet_name,
        l.dataset,
        coalesce(l.state, 'landed') as state,
        l.reason_code,
        l.reason,
        l.is_known,
        case when l.is_first_sheet then coalesce(l.rows_delivered, 0) else 0 end as rows_delivered,
        case when l.is_first_sheet then coalesce(l.rows_landed, 0) else 0 end as rows_landed,
        case when l.is_first_sheet then coalesce(l.rows_rejected, 0) else 0 end as rows_rejected,
        coalesce(c.rows_current, 0) as rows_current,
        case when c.rows_current > 0 then if(coalesce(departments.is_delta, false), l.delivered_on, l.last_confirmed_on) end as last_confirmed_on,
        coalesce(e.mentions_expected, 0) as mentions_expected,
        coalesce(e.mentions_undecided, 0) as mentions_undecided,
        coalesce(r.mentions_resolved, 0) as mentions_resolved
    from line as l
    left join departments on departments.platform = l.platform
    left join current_place as c
        on (c.platform, c.dataset, c.delivery_id, c.sheet_name) = (l.platform, l.dataset, l.delivery_id, l.sheet_name)
    left join expected_place as e
        on (e.platform, e.dataset, e.delivery_id, e.sheet_name) = (l.platform, l.dataset, l.delivery_id, l.sheet_name)
    left join resolved_place as r
        on (r.platform, r.dataset, r.delivery_id, r.sheet_name) = (l.platform, l.dataset, l.delivery_id, l.sheet_name)
)
select
    platform,
    department,
    delivery_id,
    file_name,
    sheet_name,
    dataset,
    state,
    reason_code,
    reason,
    rows_delivered,
    rows_landed,
    rows_rejected,
    rows_current,
    last_confirmed_on,
    mentions_expected,
    mentions_undecided,
    mentions_resolved,
    is_known and rows_delivered = rows_landed + rows_rejected and mentions_expected = mentions_resolved as balanced
from counted
order by platform, delivery_id, dataset, sheet_name
