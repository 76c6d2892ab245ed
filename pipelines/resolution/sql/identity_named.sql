-- table:  named      grain: cluster_id
-- reads:  heir, born, overlap
-- The id of every cluster, and the run it was first given in.
select h.cluster_id, h.entity_id, o.born
from heir h
join overlap o using (cluster_id, entity_id)
union all
select cluster_id, entity_id, {run}::bigint as born
from born
