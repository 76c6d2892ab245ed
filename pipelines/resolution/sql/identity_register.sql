-- table:  stage.identity      grain: platform, dataset, role, row_key, repeat
-- reads:  mention, clustered, named
select m.platform, m.dataset, m.role, m.row_key, m.repeat, n.entity_id, n.born
from mention m
join clustered c using (mention_id)
join named n using (cluster_id)
order by m.platform, m.dataset, m.role, m.row_key, m.repeat
