-- table:  contest      grain: mention_id, attribute_no, rule_no
-- reads:  claim, agreement, trust
-- The claims that have a rival: all that is said of an attribute of which mentions say different things. What is superseded is none.
with contested as (select entity_no, attribute_no from agreement where is_contested)
select c.* replace (c.can_conflict and not t.borrowed as can_conflict), t.authority
from claim c
join trust t using (source_no, attribute_no)
semi join contested using (entity_no, attribute_no)
where not c.is_superseded
