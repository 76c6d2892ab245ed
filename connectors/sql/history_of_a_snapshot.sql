-- table: delivery      grain: delivery_id
-- reads: manifest (of one platform, as deliveries stand)
-- Every snapshot that ever stood, with its files; of files with the same name the one landed last.
-- Snapshots are numbered by date over all scopes; those without one come first, each on its own.
select delivery_id, delivered_on, scope,
       dense_rank() over (order by delivered_on nulls first, case when delivered_on is null then sequence end) as step
from manifest
where dataset = $dataset and state = 'landed'
qualify row_number() over (partition by scope, delivered_on, file_name, case when delivered_on is null then sequence end order by sequence desc) = 1
order by step, scope, file_name
