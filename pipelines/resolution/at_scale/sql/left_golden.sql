-- table:  left_golden_{name}      grain: entity
-- reads:  member_{left}, {left}_golden
-- What the golden records of a bucket name.
select s.bucket, {columns}
from (select distinct bucket, entity_id from member_{left}) as s
join {left}_golden as m on m.{left}_id = s.entity_id
