-- table:  quality.duty_load      grain: person_id, duty
-- reads:  grid_duty, post
select
    d.person_id, d.duty, count(distinct d.grid_code) as grids, any_value(p.grids_at_most) as grids_at_most,
    coalesce(count(distinct d.grid_code) > any_value(p.grids_at_most), false) as is_over
from grid_duty d
left join post p using (duty)
where d.is_current and d.grid_code is not null and d.person_id is not null
group by d.person_id, d.duty
order by d.person_id, d.duty
