-- table:  grid_duty      grain: platform, delivery_id, file_name, sheet_name, row_number, duty
-- reads:  line
-- A duty holds from its first day to its last one, both included; where a day is not said it holds without end that way.
select * exclude (is_current), coalesce(valid_from <= date '{today}', true) and coalesce(valid_to >= date '{today}', true) as is_current
from line
