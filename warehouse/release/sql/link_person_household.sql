-- table:  link.person_household      grain: person_id
-- reads:  base.person, evidence.attribute
-- A person belongs to the household of the home it lives in now; those who are deregistered to none. The relation to the head is
-- the newest one any platform says.
with said as (
    select entity_id as person_id, max_by(value, (claimed_on, platform, value)) as relation_to_head
    from evidence.attribute
    where entity_kind = 'person' and attribute = 'household_relation' and value is not null
    group by entity_id
)
select
    p.person_id, p.residence_housing_id as housing_id, s.relation_to_head,
    coalesce(p.registered_housing_id = p.residence_housing_id, false) as is_registered_here
from base.person p
left join said s using (person_id)
where p.residence_housing_id is not null and p.deregistered is null
