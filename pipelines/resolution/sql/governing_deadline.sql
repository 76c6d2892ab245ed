-- table:  base.event_deadline, its last columns      grain: line
-- reads:  deadline (limits of reports with their event), competent (class, platform, place in the order of competence)
-- Of the legal limits of an event the earliest one of the first competent platform that states any governs; where none of the
-- competent ones does, the earliest of all others. Of two equal ones the first line.
with ranked as (
    select
        d.*,
        coalesce(c.place, 99) as place,
        row_number() over (
            partition by d.event_id
            order by not d.is_legal, d.due_at is null, coalesce(c.place, 99), d.due_at, d.line
        ) as turn,
        d.is_legal and d.due_at is not null as counts
    from deadline as d
    left join competent as c on c.event_class = d.event_class and c.platform = d.platform
),

differing as (
    select
        event_id,
        count(distinct coalesce(value::varchar || unit, due_at::varchar)) filter (where counts) > 1 as differ
    from ranked
    group by event_id
)

select
    r.* exclude (place, turn, counts),
    case when r.closed_at is not null and r.due_at is not null then r.closed_at <= r.due_at end as on_time,
    r.turn = 1 and r.counts as governs,
    case
        when r.turn = 1 and r.counts
            then case r.place when 0 then 'competent' when 99 then 'earliest' else 'second_competent' end
    end as governs_because,
    r.counts and f.differ as contradicts
from ranked as r
join differing as f on f.event_id is not distinct from r.event_id
order by r.line
