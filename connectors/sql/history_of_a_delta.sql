-- table: delivery      grain: delivery_id
-- reads: manifest (of one platform, as deliveries stand)
-- All deliveries in the order they replace each other, as in deliveries_of_a_delta.
select delivery_id, delivered_on, '' as scope,
       row_number() over (order by delivered_on nulls first, case when delivered_on is not null then file_name end, sequence) as step
from manifest
where dataset = $dataset and state = 'landed'
order by step
