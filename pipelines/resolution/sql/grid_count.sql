-- table:  base.grid      grain: grid_code
-- reads:  tree, person, housing, enterprise
-- What lies in a grid lies in every node above it; the tree is four levels deep.
with above as (
    select leaf.grid_code as leaf, unnest([leaf.grid_code, leaf.parent_code, second.parent_code, third.parent_code]) as node
    from tree leaf
    left join tree second on second.grid_code = leaf.parent_code
    left join tree third on third.grid_code = second.parent_code
    where leaf.level = 'grid'
),
placed as (
    select grid_code as leaf, 1 as person, 0 as housing, 0 as enterprise from person
    union all
    select grid_code, 0, 1, 0 from housing
    union all
    select grid_code, 0, 0, 1 from enterprise
),
leaf_count as (
    select leaf, sum(person) as person, sum(housing) as housing, sum(enterprise) as enterprise
    from placed
    where leaf is not null
    group by leaf
),
node_count as (
    select a.node, sum(c.person) as person, sum(c.housing) as housing, sum(c.enterprise) as enterprise
    from above a
    join leaf_count c using (leaf)
    where a.node is not null
    group by a.node
)
select
    t.grid_code, t.name, t.level, t.parent_code,
    coalesce(n.person, 0)::bigint as person_count,
    coalesce(n.housing, 0)::bigint as housing_count,
    coalesce(n.enterprise, 0)::bigint as enterprise_count
from tree t
left join node_count n on n.node = t.grid_code
order by t.grid_code
