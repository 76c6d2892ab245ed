-- table:  base.household      grain: housing_id
-- reads:  link.person_household, base.person, base.housing
-- Who lives together at one home. Ages are reckoned on the newest day anything was claimed.
with today as (select max(last_claimed_on) as day from base.person)
select
    l.housing_id, count(*) as persons, min(l.person_id) filter (l.relation_to_head = '户主') as head_person_id,
    count(*) filter (l.is_registered_here) as registered_here,
    count(distinct p.household_number) as household_numbers,
    count(*) filter (date_diff('day', p.birth_date, t.day) < 18 * 365.25) as minors,
    count(*) filter (date_diff('day', p.birth_date, t.day) >= 60 * 365.25) as aged_60_and_over,
    any_value(h.grid_code) as grid_code, any_value(h.community_code) as community_code,
    any_value(h.street_code) as street_code
from link.person_household l
join base.person p using (person_id)
join base.housing h on h.housing_id = l.housing_id
cross join today t
group by l.housing_id
