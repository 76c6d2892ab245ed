-- table: deliveries whose rows may hold now, of a delta      grain: delivery_id
-- reads: manifest (of one platform)
-- A higher rank wins: later date; of one date the later name, of one name (or without a date) the later landing.
select delivery_id, delivered_on, row_number() over (order by delivered_on nulls first, case when delivered_on is not null then file_name end, sequence) as rank
from manifest
where dataset = $dataset and state = 'landed'
order by rank
