-- table:  home      grain: bucket, housing_id
-- reads:  home_by_row, home_by_address, housing_golden
-- The golden records of the homes that a bucket speaks of.
with named as (
    select bucket, entity_id as housing_id from home_by_row
    union
    select bucket, housing_id from home_by_address
)
select p.bucket, {columns}
from named as p
join housing_golden as m on m.housing_id = p.housing_id
