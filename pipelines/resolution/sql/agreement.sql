-- table:  agreement      grain: entity_no, attribute_no
-- reads:  claim, trust
-- What is said of every attribute, and whether all say the same: then there is nothing to weigh. `mention_id` is the mention the value
-- is taken from: trusted first, then new, then in the order of mentions (`rank`). What is superseded does not count.
with heard as (
    select
        c.* replace (c.can_conflict and not t.borrowed as can_conflict),
        (t.authority::bigint * 100000 + least(greatest(coalesce(date_diff('day', date '1900-01-01', c.claimed_on), 0), 0), 99999))
            * 17179869184 - c.mention_id as rank
    from claim c
    join trust t using (source_no, attribute_no)
    where not c.is_superseded
)
select
    entity_no, attribute_no, min(key) <> max(key) or count(key) < count(*) as is_contested, min(key) as key,
    arg_max(mention_id, rank) filter (value is not null) as mention_id,
    arg_max(value, rank) filter (value is not null) as value,
    max(is_valid) as is_valid, min(completeness) as completeness, min(partial) as partial, max(can_conflict) as can_conflict,
    min(equivalence) as equivalence
from heard
group by all
