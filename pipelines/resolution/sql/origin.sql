-- table:  origin      grain: origin_no
-- reads:  mention
-- Where rows stand: sheets of deliveries with the roles in them, numbered. They are few, so that rows carry the number alone.
with stated as (
    select distinct platform, department, dataset, delivery_id, file_name, sheet_name, role
    from mention
)
select
    (row_number() over (order by platform, dataset, role, delivery_id, file_name, sheet_name) - 1)::integer as origin_no,
    (dense_rank() over (order by platform, dataset, role) - 1)::integer as source_no,
    hash(platform, department, dataset, delivery_id, file_name, sheet_name, role) as stated,
    *
from stated
order by origin_no
