-- table:  quality.component_fault      grain: component_id, fault, other_component_id
-- reads:  base.component
-- Numbers after GB/T 30428.2 have 16 digits, 7 to 10 the class. Things of one class stand side by side (posts, trees), so two of
-- one class within three metres are a question only where different surveys counted them. A grid is contradicted by the place
-- where nine of ten neighbours, at least five, within some hundred metres have another.
with part as (
    select
        component_id, source_code, name, class_code, survey, grid_code,
        try_cast(split_part(location, ',', 1) as double) as lng, try_cast(split_part(location, ',', 2) as double) as lat
    from base.component
),
spot as (
    select *, floor(lng * 1000)::bigint as across, floor(lat * 1000)::bigint as up
    from part
    where lng is not null and lat is not null
),
cell as (select unnest([-1, 0, 1]) as step),
around as (select s.*, s.across + a.step as near_across, s.up + b.step as near_up from spot s cross join cell a cross join cell b),
near as (
    select
        a.component_id, a.class_code, a.survey, a.grid_code, o.component_id as other_component_id,
        o.class_code as other_class, o.survey as other_survey, o.grid_code as other_grid,
        sqrt(power((o.lng - a.lng) * cos(radians(a.lat)) * 111320, 2) + power((o.lat - a.lat) * 110540, 2)) as metres
    from around a
    join spot o on o.across = a.near_across and o.up = a.near_up and o.component_id <> a.component_id
),
vote as (
    select component_id, grid_code, other_grid, count(*) as votes, sum(count(*)) over (partition by component_id) as all_votes
    from near
    where metres <= 100 and grid_code is not null and other_grid is not null
    group by component_id, grid_code, other_grid
),
usual as (
    select name, class_code, count(*) as times, sum(count(*)) over (partition by name) as all_times
    from part
    where name is not null and class_code is not null
    group by name, class_code
    qualify count(*) >= 0.9 * sum(count(*)) over (partition by name) and sum(count(*)) over (partition by name) >= 10
)
select component_id, 'number' as fault, '' as other_component_id, null::double as metres, null::varchar as expected_code
from part
where not coalesce(regexp_full_match(source_code, '[0-9]{16}'), false)
union all
select p.component_id, 'class', '', null, u.class_code
from part p
join usual u using (name)
where p.class_code <> u.class_code
union all
select component_id, 'double', other_component_id, round(metres, 1), null
from near
where metres <= 3 and class_code = other_class and survey is distinct from other_survey
union all
select component_id, 'grid', '', null, other_grid
from vote
where other_grid <> grid_code and votes >= 5 and votes >= 0.9 * all_votes
