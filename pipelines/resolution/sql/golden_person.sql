-- table:  golden.person      grain: person_id
-- reads:  size, chosen, claimant, housing_golden, tree
with lived as (
    select c.entity_no, m.place_id, h.grid_code
    from chosen c
    join claimant m on m.mention_id = c.residence.mention_id
    left join housing_golden h on h.housing_id = m.place_id
),
registered as (
    select c.entity_no, m.place_id
    from chosen c
    join claimant m on m.mention_id = c.registered_address.mention_id
)
select
    s.entity_id as person_id,
    c.name.value as name,
    c.former_name.value as former_name,
    c.id_number.value as id_number,
    c.sex.value as sex,
    (c.birth_date.value || right('-01-01', 10 - length(c.birth_date.value)))::date as birth_date,
    case length(c.birth_date.value) when 4 then 'year' when 7 then 'month' when 10 then 'day' end as birth_date_precision,
    c.ethnicity.value as ethnicity,
    c.phone.value as phone,
    c.education.value as education,
    c.marital_status.value as marital_status,
    c.deregistered.value as deregistered,
    c.household_number.value as household_number,
    c.residence.value as residence,
    l.place_id as residence_housing_id,
    c.registered_address.value as registered_address,
    r.place_id as registered_housing_id,
    t.grid_code, t.community_code, t.street_code,
    s.mention_count, s.platforms, s.platform_count, s.conflict_count, s.last_claimed_on
from size s
left join chosen c using (entity_no)
left join lived l using (entity_no)
left join registered r using (entity_no)
left join tree t on t.grid_code = coalesce(l.grid_code, c.grid_code.value)
order by s.entity_no
