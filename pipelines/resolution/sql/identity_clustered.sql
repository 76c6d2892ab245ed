-- table:  clustered      grain: mention_id
-- reads:  mention, cluster, register, successor
-- Every mention with its cluster and the id it had before, if it had one, or that of the one it goes on from.
select
    m.mention_id, c.cluster_id,
    coalesce(r.entity_id, s.entity_id) as former_id,
    case when r.entity_id is null then s.born else r.born end as born
from mention m
join cluster c using (mention_id)
left join register r
    on r.row_key = m.row_key and r.repeat = m.repeat and r.role = m.role and r.dataset = m.dataset and r.platform = m.platform
left join successor s using (mention_id)
