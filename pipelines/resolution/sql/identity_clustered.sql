-- table:  clustered      grain: mention_id
-- reads:  mention, cluster, register
-- Every mention with its cluster and the id it had before, if it had one.
select m.mention_id, c.cluster_id, r.entity_id as former_id, r.born
from mention m
join cluster c using (mention_id)
left join register r
    on r.row_key = m.row_key and r.repeat = m.repeat and r.role = m.role and r.dataset = m.dataset and r.platform = m.platform
