-- table: slot      grain: platform, dataset, role and kind of the mentions
-- reads: link_mention (stage link/mention)
create temp table slot as
select row_number() over () as slot, platform, dataset, role, entity_kind
from (select distinct platform, dataset, role, entity_kind from link_mention)
