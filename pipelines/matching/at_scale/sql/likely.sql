-- table:  likely      grain: mention_id
-- reads:  grouped, best
-- Clusters by their smallest mention, and the strongest link of every mention that is not alone.
with named as (
    select cluster, min(mention_id) as cluster_id, count(*) as mentions
    from grouped
    group by cluster
)
select g.mention_id, n.cluster_id, case when n.mentions > 1 then b.weight end as weight
from grouped as g
join named as n on n.cluster = g.cluster
left join best as b on b.record = g.record
