-- table:  claim_place      grain: all columns
-- reads:  attribute (evidence.attribute)
-- Where attributes are claimed: a sheet and role has a place for an attribute where it ever fills it.
select platform, entity_kind, delivery_id, sheet_name, role, attribute
from attribute
group by platform, entity_kind, delivery_id, sheet_name, role, attribute
