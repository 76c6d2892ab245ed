-- table:  link.event_event      grain: event_id, earlier_event_id, relation
-- reads:  report (mentions of events with their event)
-- Trouble that comes back after it was settled is another event. It recurs where the class is the same, the place does not differ,
-- it began after the earlier one was settled, at most 120 days on, and something tells: the same door, the same shop, or a report
-- that says so at the same building. Of several earlier events the one of the closest place, then the latest. A report that names
-- a ticket of another event tells of that event again.
with event as (
    select
        event_id,
        mode(event_class) as event_class,
        mode(community || '/' || estate) as place,
        mode(building) as building,
        mode(room) as room,
        mode(event_class_firm) as firm,
        min(occurred_at) as first_at,
        max(occurred_at) as last_at,
        max(closed_at) as closed_at,
        bool_or(regexp_matches(content, '又来|又反弹|又犯|又这样|又出现|又开始|老问题|死灰复燃|再次出现|反复出现|屡次')) as says_again
    from report
    where event_class_kind = 'incident'
    group by event_id
),

pair as (
    select
        later.event_id,
        earlier.event_id as earlier_event_id,
        case
            when earlier.building is not distinct from later.building and earlier.room = later.room then 'same_door'
            when earlier.firm = later.firm then 'same_shop'
            when earlier.building = later.building and later.says_again then 'says_again'
        end as basis,
        earlier.last_at,
        date_diff('day', greatest(earlier.last_at, coalesce(earlier.closed_at, earlier.last_at)), later.first_at) as days_after
    from event as later
    join event as earlier
        on earlier.event_class = later.event_class
        and earlier.place = later.place
        and earlier.event_id <> later.event_id
        and later.first_at > greatest(earlier.last_at, coalesce(earlier.closed_at, earlier.last_at))
        and later.first_at <= earlier.last_at + interval 120 day
    where (earlier.building = later.building or earlier.building is null or later.building is null)
        and (earlier.firm = later.firm or earlier.firm is null or later.firm is null)
),

recurring as (
    select event_id, earlier_event_id, 'recurs' as relation, basis, days_after
    from pair
    where basis is not null
    qualify row_number() over (
        partition by event_id
        order by case basis when 'same_door' then 1 when 'same_shop' then 2 else 3 end, last_at desc, earlier_event_id
    ) = 1
),

naming as (
    select distinct later.event_id, earlier.event_id as earlier_event_id
    from report as later
    join report as earlier on earlier.source_code = later.earlier_ticket and earlier.platform = later.platform
    where later.event_id <> earlier.event_id
)

select event_id, earlier_event_id, relation, basis, days_after::bigint as days_after from recurring
union all
select n.event_id, n.earlier_event_id, 'reported_again', 'names_ticket', date_diff('day', e.last_at, l.first_at)::bigint
from naming as n
join event as l on l.event_id = n.event_id
join event as e on e.event_id = n.earlier_event_id
order by event_id, earlier_event_id, relation
