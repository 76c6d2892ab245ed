-- table:  right_golden_{name}      grain: bucket, entity
-- reads:  target_{name}, meaning_{name}_*, {right}_golden
-- What the golden records name of the entities that a bucket is tied to.
with tied as (
    select bucket, entity_id from target_{name}
    {meant}
)
select s.bucket, {columns}
from (select distinct bucket, entity_id from tied) as s
join {right}_golden as m on m.{right}_id = s.entity_id
