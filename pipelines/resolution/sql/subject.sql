-- table:  subject      grain: entity_id, attribute
-- reads:  voice
-- Attributes of entities of which several platforms speak. `said` is the same where the same sources say the same: a sum of hashes, so that
-- their order does not count.
select entity_id, attribute, sum(hash(attribute, platform, role, age, class)) as said, max(class) > 0 as is_contested
from voice
group by entity_id, attribute
having min(platform) <> max(platform)
