-- table:  mention_count      grain: platform, entity_kind, dataset, delivery_id, sheet_name, role, claimed_on
-- reads:  mention (link.mention)
-- How many mentions there are, by sheet, role and day.
select platform, entity_kind, dataset, delivery_id, sheet_name, role, claimed_on, count(*) as mentions
from mention
group by platform, entity_kind, dataset, delivery_id, sheet_name, role, claimed_on
