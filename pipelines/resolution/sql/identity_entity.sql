-- table:  stage.entity      grain: mention_id
-- reads:  cluster, named
select c.mention_id, n.entity_id, c.match_probability
from cluster c
join named n using (cluster_id)
order by c.mention_id
