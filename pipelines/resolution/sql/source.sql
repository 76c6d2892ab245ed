-- table:  source      grain: source_no
-- reads:  origin
-- Roles of datasets of platforms, numbered: who speaks.
select distinct
    source_no,
    dense_rank() over (order by platform)::integer as platform_no,
    platform, department, dataset, role
from origin
order by source_no
