-- table:  quality.four_full      grain: grid_code, measure
-- reads:  base.grid, base.housing, base.event, base.event_stage, catalogue.platform, quality.grid_staffing
-- 四全 per community and street, each as a share whose parts are kept. A platform says itself whether grid staff fill it
-- (`grid_staff`). What was dealt with on the spot has neither dispatch nor verification.
with definition as (
    from (values
        ('coverage', '网格员平台采集到的房屋占全部房屋之比', 'Homes that a platform of the grid staff knows, of all homes'),
        ('content', '网格员平台上报过的事件类别占各渠道出现过的事件类别之比', 'Classes of events that grid staff reported, of those that any channel reported'),
        ('participation', '配足人员的网格岗位占应配网格岗位之比（仅计有平台上报的职责）', 'Posts of grids that are filled, of those the city asks for; a duty no platform reports is left out'),
        ('process', '环节齐全的已结案事件占已结案事件之比：发现、立案、派遣、处置、核查、结案；自行处置者不计派遣与核查', 'Closed events with all stages: reported, registered, dispatched, handled, verified, closed; without dispatch and verification where dealt with on the spot')
    ) as d (measure, definition, definition_en)
),
own as (select coalesce(list(platform order by platform), []) as platforms from catalogue.platform where grid_staff),
home as (
    select h.community_code, h.street_code, list_has_any(string_split(h.platforms, ' '), o.platforms) as done
    from base.housing h
    cross join own o
),
class as (
    select
        e.community_code, e.street_code, e.event_class,
        bool_or(list_has_any(string_split(e.platforms, ' '), o.platforms)) as done
    from base.event e
    cross join own o
    where e.event_class is not null
    group by grouping sets ((e.community_code, e.event_class), (e.street_code, e.event_class))
),
post as (
    select g.parent_code as community_code, c.parent_code as street_code, not s.is_missing as done
    from quality.grid_staffing s
    join base.grid g using (grid_code)
    join base.grid c on c.grid_code = g.parent_code
    where s.wanted > 0
),
handling as (
    select event_id, list(distinct stage::varchar) as stages, bool_or(self_handled) as self_handled
    from base.event_stage
    group by event_id
    having bool_or(stage = 'closed')
),
process as (
    select
        e.community_code, e.street_code,
        list_has_all(h.stages, ['reported', 'registered', 'handled'])
            and (h.self_handled or list_has_all(h.stages, ['dispatched', 'verified'])) as done
    from handling h
    join base.event e using (event_id)
),
part as (
    select 'coverage' as measure, community_code, street_code, done from home
    union all
    select 'content', community_code, street_code, done from class
    union all
    select 'participation', community_code, street_code, done from post
    union all
    select 'process', community_code, street_code, done from process
),
node as (
    select measure, community_code as grid_code, done from part where community_code is not null
    union all
    select measure, street_code, done from part where street_code is not null
)
select
    n.grid_code, any_value(g.level) as level, any_value(g.name) as name, n.measure,
    count(*) filter (n.done) as numerator, count(*) as denominator,
    round(count(*) filter (n.done) / count(*), 4) as value,
    any_value(d.definition) as definition, any_value(d.definition_en) as definition_en
from node n
join base.grid g using (grid_code)
join definition d using (measure)
group by n.grid_code, n.measure
