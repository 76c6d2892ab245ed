-- table:  agreement      grain: entity_no, attribute_no
-- reads:  heard
-- What is said of every attribute, and whether all say the same: then there is nothing to weigh. `mention_id` is the mention the value
-- is taken from.
select
    entity_no, attribute_no, min(key) <> max(key) or count(key) < count(*) as is_contested, min(key) as key,
    arg_max(mention_id, rank) filter (value is not null) as mention_id,
    arg_max(value, rank) filter (value is not null) as value,
    max(is_valid) as is_valid, min(completeness) as completeness, min(partial) as partial, max(can_conflict) as can_conflict,
    min(equivalence) as equivalence
from heard
group by all
