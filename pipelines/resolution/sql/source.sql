-- table:  source      grain: source_no
-- reads:  mention
-- Roles of datasets of platforms, numbered: who speaks.
with spoken as (
    select distinct platform, department, dataset, role
    from mention
)
select
    (row_number() over (order by platform, dataset, role) - 1)::integer as source_no,
    dense_rank() over (order by platform)::integer as platform_no,
    platform, department, dataset, role
from spoken
order by source_no
