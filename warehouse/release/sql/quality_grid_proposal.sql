-- table:  quality.grid_proposal      grain: grid_code
-- reads:  quality.grid_balance, base.housing, link.person_housing
-- A grid above the norm is divided into as many as bring it within it; its estates say where. One below it joins the grid of its
-- community with which it comes closest to the upper end of the norm without passing it. Norms: $households_from, $households_to.
with grid as (select * from quality.grid_balance),
household as (select distinct housing_id from link.person_housing where relation = 'resides' and is_current),
estate as (
    select h.grid_code, coalesce(h.estate, '') as estate, count(*) as households
    from base.housing h
    semi join household using (housing_id)
    where h.grid_code is not null
    group by h.grid_code, coalesce(h.estate, '')
),
line as (
    select grid_code, string_agg(estate || ' ' || households, '、' order by households desc, estate) as estates
    from estate
    where estate <> ''
    group by grid_code
),
pair as (
    select a.grid_code, b.grid_code as joins_grid_code, a.households + b.households as together
    from grid a
    join grid b on b.community_code = a.community_code and b.grid_code <> a.grid_code
    where a.households < $households_from and a.households + b.households <= $households_to
    qualify row_number() over (partition by a.grid_code order by a.households + b.households desc, b.grid_code) = 1
)
select
    g.grid_code, g.name, g.community_code, g.street_code, g.households,
    case
        when g.households > $households_to then 'split'
        when p.joins_grid_code is not null then 'join'
        else 'no_partner'
    end as proposal,
    case when g.households > $households_to then ceil(g.households / $households_to)::bigint end as parts,
    p.joins_grid_code,
    case
        when g.households > $households_to then round(g.households / ceil(g.households / $households_to))::bigint
        else p.together
    end as households_after,
    l.estates
from grid g
left join pair p using (grid_code)
left join line l using (grid_code)
where g.households > $households_to or g.households < $households_from
