-- table:  secret      grain: entity_id, attribute whose golden value only claims assert that are not shared (不予共享)
-- reads:  claim, entity, asked, withheld
-- Of the entities of the mentions asked about.
select entity_id, attribute
from claim
where is_golden and value is not null
    and entity_id in (select entity_id from entity semi join asked using (mention_id))
group by all
having bool_and((platform, role, entity_kind, attribute) in (select (platform, role, entity_kind, attribute) from withheld))
