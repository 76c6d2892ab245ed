-- table:  home_by_address      grain: bucket, dwelling
-- reads:  pointer, dwelling_index
-- What the dwelling keys of a bucket name.
with named as (
    select distinct bucket, dwelling from pointer where dwelling is not null
)
select p.bucket, i.dwelling, i.housing_id
from named as p
join dwelling_index as i on i.dwelling = p.dwelling
