-- table:  overlap      grain: cluster_id, entity_id
-- reads:  clustered
-- How many mentions of a former id every cluster holds now.
select cluster_id, former_id as entity_id, any_value(born) as born, count(*) as shared
from clustered
where former_id is not null
group by cluster_id, former_id
