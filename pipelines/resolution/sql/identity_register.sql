-- table:  stage.identity      grain: platform, dataset, role, row_key, repeat
-- reads:  told, clustered, named
select
    t.platform, t.dataset, t.role, t.row_key, t.repeat, n.entity_id, n.born,
    t.name, t.number, t.thing_1, t.thing_2, t.thing_3
from told t
join clustered c using (mention_id)
join named n using (cluster_id)
order by t.mention_id
