-- table:  link.event_event      grain: event_id, earlier_event_id, relation
-- reads:  report (mentions of events with their event)
-- Trouble that comes back after it was settled is another event. It recurs where the class is the same, the place does not differ,
-- it began after the earlier one was settled, at most 120 days on, and something tells, the surest first: the same plate or pole
-- number, the same component, the same door, the same shop where a report says so or the building is the same, a report that says
-- so at the same building, the same measurements at the same building. Of several earlier events the surest, then the latest. Where
-- as many reports say one thing as another, the first in order counts. A
-- report that names a ticket of another event tells of that event again. That it happens again is told by 又 after what was done
-- about it, or by words for the same trouble as before, whatever the trouble.
with event as (
    select
        event_id,
        mode(event_class order by event_class) as event_class,
        mode(place order by place) as place,
        mode(building order by building) as building,
        mode(room order by room) as room,
        mode(event_class_firm order by event_class_firm) as firm,
        mode(event_class_mark order by event_class_mark) as mark,
        mode(event_class_size order by event_class_size) as size,
        mode(component_code order by component_code) as component,
        min(occurred_at) as first_at,
        max(occurred_at) as last_at,
        max(closed_at) as closed_at,
        bool_or(regexp_matches(
            content, '(处理|清理|清走|修|弄好|整改|解决|搬走|收拾)[^，。！？]{0,8}又|又(来|反弹|犯|这样|出现|开始)|老问题|老毛病|死灰复燃|再次|反复|屡次'
        )) as says_again
    from (select *, coalesce(city || '/', '') || community || '/' || estate as place from report)
    where event_class_kind = 'incident'
    group by event_id
),

pair as (
    select
        later.event_id,
        earlier.event_id as earlier_event_id,
        case
            when earlier.mark = later.mark then 'same_mark'
            when earlier.component = later.component then 'same_component'
            when earlier.building is not distinct from later.building and earlier.room = later.room then 'same_door'
            when earlier.firm = later.firm and (later.says_again or earlier.building = later.building) then 'same_shop'
            when earlier.building = later.building and later.says_again
                and (earlier.room is null or later.room is null) then 'says_again'
            when earlier.building = later.building and earlier.size = later.size then 'same_size'
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
        order by
            list_position(['same_mark', 'same_component', 'same_door', 'same_shop', 'says_again', 'same_size'], basis),
            last_at desc, earlier_event_id
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
