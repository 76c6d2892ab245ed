-- table:  link.guardian      grain: person_id, guardian_person_id
-- reads:  link.mention
-- A row about a person that names somebody as guardian (a school roll). Both are entities: a parent of two pupils is one guardian.
select
    w.entity_id as person_id, g.entity_id as guardian_person_id,
    string_agg(distinct g.platform::varchar, ' ' order by g.platform::varchar) as platforms, count(*) as claims,
    min(g.claimed_on) as first_claimed_on, max(g.claimed_on) as last_claimed_on
from link.mention g
join link.mention w using (platform, dataset, delivery_id, file_name, sheet_name, row_number, entity_kind)
where g.entity_kind = 'person' and g.role = 'guardian' and w.role = 'subject' and g.entity_id <> w.entity_id
group by w.entity_id, g.entity_id
order by w.entity_id, g.entity_id
