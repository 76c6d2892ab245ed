-- table:  link.area_code      grain: platform, area_code
-- reads:  written (platform, area_code, grid_code of the row), declared (platform, area_code, grid_code), tree, change
-- A code that the city declares comes first, then one of the tree itself, then one that was given up. Where none of these tells,
-- the street in which three of four of at least five placed rows lie. The same number may mean another street to a platform
-- that numbers streets by itself, so what a code says is held against where its rows lie.
with node as (select grid_code, level, parent_code from tree),
leaf as (
    select g.grid_code, g.parent_code as community_code, c.parent_code as street_code
    from node g
    left join node c on c.grid_code = g.parent_code
    where g.level = 'grid'
),
code as (
    select platform, area_code, count(*) as rows, count(l.grid_code) as placed
    from written w
    left join leaf l using (grid_code)
    group by platform, area_code
),
seen as (
    select platform, area_code, level, grid_code as seen_grid_code, count(*) as seen
    from (
        select w.platform, w.area_code, 'street' as level, l.street_code as grid_code from written w join leaf l using (grid_code)
        union all
        select w.platform, w.area_code, 'community', l.community_code from written w join leaf l using (grid_code)
    )
    where grid_code is not null
    group by platform, area_code, level, grid_code
    qualify row_number() over (partition by platform, area_code, level order by count(*) desc, grid_code) = 1
),
named as (
    select
        c.*,
        coalesce(d.grid_code, n.grid_code, f.grid_code) as said,
        case
            when d.grid_code is not null then 'declared'
            when n.grid_code is not null then 'same'
            when f.grid_code is not null then 'former'
        end as said_by
    from code c
    left join declared d using (platform, area_code)
    left join node n on n.level in ('street', 'community') and starts_with(c.area_code, n.grid_code)
        and replace(substr(c.area_code, length(n.grid_code) + 1), '0', '') = ''
    left join (select former_code, any_value(grid_code) as grid_code from change where grid_code <> '' and change <> 'split' group by former_code having count(*) = 1) f
        on starts_with(c.area_code, f.former_code)
        and replace(substr(c.area_code, length(f.former_code) + 1), '0', '') = ''
    qualify row_number() over (partition by c.platform, c.area_code order by length(n.grid_code) desc nulls last, length(f.former_code) desc nulls last) = 1
),
held as (
    select
        n.*, s.seen_grid_code, s.seen / nullif(n.placed, 0) as share_seen,
        n.said is null and n.placed >= 5 and s.seen >= 0.75 * n.placed as tells
    from named n
    left join node o on o.grid_code = n.said
    left join seen s on s.platform = n.platform and s.area_code = n.area_code and s.level = coalesce(o.level, 'street')
)
select
    platform, area_code, coalesce(said, case when tells then seen_grid_code end) as grid_code,
    coalesce(said_by, case when tells then 'observed' else 'unknown' end) as basis,
    rows, placed, seen_grid_code, round(share_seen, 4) as share_seen,
    coalesce(said <> seen_grid_code and placed >= 5 and share_seen >= 0.75, false) as contradicts
from held
order by platform, area_code
