-- table:  mention_cluster      grain: mention_id
-- reads:  row_cluster, best
-- Clusters by their smallest mention, and the strongest link of every mention that is not alone.
with named as (
    select cluster, min(mention_id) as cluster_id, count(*) as mentions
    from row_cluster
    group by cluster
)
select g.mention_id, n.cluster_id, case when n.mentions > 1 then b.weight end as weight
from row_cluster as g
join named as n on n.cluster = g.cluster
left join best as b on b.record = g.record
