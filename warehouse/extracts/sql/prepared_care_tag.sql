-- table: care_tag      grain: one row per platform and care tag of a person its rows name that its department may read back
-- reads: prepared_mention, link_mention, care_tag (stage care/care_tag), tag_entitlement
-- What is not shared reaches the department alone that says it.
with reader as (
    select distinct platform, department, entity_id as person_id
    from link_mention
    where entity_kind = 'person'
)
select
    r.platform, c.person_id, c.tag, c.basis, c.since, c.until, c.is_current, c.claimed_on, c.department, c.platform as source
from reader r
join care_tag c using (person_id)
semi join tag_entitlement e on e.platform = r.platform and e.tag = c.tag
where c.sharing <> 'none' or c.department = r.department
