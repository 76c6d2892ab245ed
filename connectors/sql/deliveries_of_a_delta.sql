-- table: deliveries whose rows may hold now, of a delta      grain: delivery_id
-- reads: manifest (of one platform)
-- A higher rank wins: later date, then later landing.
select delivery_id, delivered_on, row_number() over (order by delivered_on nulls first, sequence) as rank
from manifest
where dataset = $dataset and state = 'landed'
order by rank
