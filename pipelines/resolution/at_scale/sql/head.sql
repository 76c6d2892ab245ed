-- reads:  {entities}
-- How many mentions the entities have whose ids begin alike, in order of ids.
select substr(entity_id, 1, 4) as head, count(*) as mentions
from {entities}
group by substr(entity_id, 1, 4)
order by substr(entity_id, 1, 4)
