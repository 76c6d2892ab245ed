-- table:  officer      grain: mention_id
-- reads:  person_mention, person_entity
-- Persons named as legal representative or manager of an enterprise in the same row, with the person they turned out to be.
select
    p.mention_id,
    p.enterprise_mention_id,
    e.entity_id as person_id,
    p.name_key,
    p.name_raw,
    list_contains(p.enterprise_relations, 'legal_rep')::tinyint as is_legal_rep
from person_mention p
join person_entity e using (mention_id)
where p.enterprise_mention_id is not null
  and (list_contains(p.enterprise_relations, 'legal_rep') or list_contains(p.enterprise_relations, 'manager'))
