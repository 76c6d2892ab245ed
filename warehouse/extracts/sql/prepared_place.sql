-- table: place      grain: platform, dataset, role, entity_kind and attribute that some claim asserts
-- reads: place_now
select platform, dataset, role, entity_kind, attribute from place_now
