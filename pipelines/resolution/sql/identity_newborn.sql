-- table:  newborn      grain: cluster_id
-- reads:  clustered, heir
-- Clusters that keep no former id, in the order of their first mention: the order in which numbers are given.
select cluster_id
from clustered
where cluster_id not in (select cluster_id from heir)
group by cluster_id
order by min(mention_id)
