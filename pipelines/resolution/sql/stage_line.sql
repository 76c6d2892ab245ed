-- table:  (stages of cases, see `pipelines.resolution.processes.stages.LINES`)      grain: row, stage, nth
-- reads:  logged (steps a column lists), dated (moments of columns of their own), place (stage → its place in the process)
-- A stage that the log of a case tells is not told again by its column.
with line as (
    from logged
    union all by name
    from dated anti join logged using (row, stage)
)

select
    l.row, l.stage,
    row_number() over (partition by l.row, l.stage order by l.reached_at, coalesce(l.actor, '')) as nth,
    l.reached_at, l.actor
from line as l
left join place as p using (stage)
order by l.row, l.reached_at, coalesce(p.number, 9), coalesce(l.actor, ''), l.stage
