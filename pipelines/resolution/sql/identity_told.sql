-- table:  told      grain: mention_id
-- reads:  mention
-- Every mention with what it is known by from run to run, and what it tells of its entity.
select {key} as key, mention_id, platform, dataset, role, row_key, repeat, {things}
from mention
