-- table: deliveries whose rows hold now, of a snapshot      grain: delivery_id
-- reads: manifest (of one platform)
-- Per scope the newest date holds, with all files of that date; where nothing tells the date, the newest landing does.
-- Of files with the same name the one landed last holds.
with newest as (
    select delivery_id, file_name, delivered_on, scope, sequence
    from manifest
    where dataset = $dataset and state = 'landed'
    qualify rank() over (
        partition by scope
        order by delivered_on desc nulls last, case when delivered_on is null then sequence end desc
    ) = 1
)
select delivery_id, delivered_on, 0::bigint as rank
from newest
qualify row_number() over (partition by scope, file_name order by sequence desc) = 1
order by scope, file_name
