-- table: doubt      grain: one row per pair of mentions that waits for a person, and side of it
-- reads: match (stage match/<kind>)
-- Who may be the same as another entity: nothing of the other one is shown but its id.
with pair as (
    select * from match where outcome = 'review' and left_entity_id <> right_entity_id
)
select left_platform as platform, left_file_name as file_name, left_sheet_name as sheet_name, left_row_number as row_number, left_role as role,
    entity_kind, left_entity_id as entity_id, right_entity_id as other_entity_id, probability
from pair
union all
select right_platform, right_file_name, right_sheet_name, right_row_number, right_role,
    entity_kind, right_entity_id, left_entity_id, probability
from pair
