-- table:  quality.grid_staffing      grain: grid_code, duty
-- reads:  grid_duty, post, tree
-- A duty that nobody reports of any grid is not missed: its department does not deliver, which says nothing of the grids.
with reported as (select distinct duty from grid_duty where grid_code is not null),
held as (
    select
        grid_code, duty,
        count(distinct coalesce(person_id, staff_number)) filter (is_current) as present,
        max(valid_to) as last_day
    from grid_duty
    where grid_code is not null
    group by grid_code, duty
)
select
    t.grid_code, p.duty, p.wanted, coalesce(h.present, 0) as present,
    coalesce(h.present, 0) < p.wanted as is_missing,
    case when coalesce(h.present, 0) < p.wanted then h.last_day end as vacant_since
from tree t
cross join (select * from post semi join reported using (duty)) p
left join held h on h.grid_code = t.grid_code and h.duty = p.duty
where t.level = 'grid'
order by t.grid_code, p.duty
