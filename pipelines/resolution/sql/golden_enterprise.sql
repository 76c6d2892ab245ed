-- table:  golden.enterprise      grain: enterprise_id
-- reads:  size, chosen, claimant, housing_golden, tree
with seated as (
    select c.entity_no, m.place_id, h.grid_code
    from chosen c
    join claimant m on m.mention_id = c.address.mention_id
    left join housing_golden h on h.housing_id = m.place_id
),
represented as (
    select c.entity_no, m.legal_rep_person_id
    from chosen c
    join claimant m on m.mention_id = c.legal_rep_name.mention_id
)
select
    s.entity_id as enterprise_id,
    c.name.value as name,
    c.former_name.value as former_name,
    c.credit_code.value as credit_code,
    c.registration_number.value as registration_number,
    c.organisation_code.value as organisation_code,
    c.enterprise_type.value as enterprise_type,
    c.status.value as status,
    c.established_on.value::date as established_on,
    c.capital.value as capital,
    c.staff_count.value::bigint as staff_count,
    c.business_scope.value as business_scope,
    c.legal_rep_name.value as legal_rep_name,
    p.legal_rep_person_id,
    c.phone.value as phone,
    c.address.value as address,
    a.place_id as housing_id,
    t.grid_code, t.community_code, t.street_code,
    s.mention_count, s.platforms, s.platform_count, s.conflict_count, s.last_claimed_on
from size s
left join chosen c using (entity_no)
left join seated a using (entity_no)
left join represented p using (entity_no)
left join tree t on t.grid_code = coalesce(a.grid_code, c.grid_code.value)
order by s.entity_no
