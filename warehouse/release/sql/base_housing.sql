-- table:  base.housing      grain: housing_id
-- reads:  stage (golden/housing), link.person_housing
-- Who lives in a home and rents it is one person; who is registered there may live elsewhere.
with peopled as (
    select
        housing_id,
        count(distinct person_id) filter (relation in ('resides', 'rents')) as person_count,
        count(distinct person_id) filter (relation = 'registered') as registered_count
    from link.person_housing
    where is_current
    group by housing_id
)
select s.*, coalesce(p.person_count, 0) as person_count, coalesce(p.registered_count, 0) as registered_count
from stage s
left join peopled p using (housing_id)
