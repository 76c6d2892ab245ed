-- table:  contest      grain: mention_id, attribute_no, rule_no
-- reads:  heard, agreement
-- The claims that have a rival: all that is said of an attribute of which mentions say different things.
with contested as (select entity_no, attribute_no from agreement where is_contested)
select h.*
from heard h
semi join contested using (entity_no, attribute_no)
