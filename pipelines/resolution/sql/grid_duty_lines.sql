-- table:  base.grid_duty      grain: platform, delivery_id, file_name, sheet_name, row_number, duty
-- reads:  grid_duty
select * from grid_duty order by platform, delivery_id, file_name, sheet_name, row_number, duty
