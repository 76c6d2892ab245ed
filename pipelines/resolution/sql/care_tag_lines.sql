-- table:  base.care_tag      grain: person_id, tag, platform, delivery_id, file_name, sheet_name, row_number
-- reads:  care_tag
select * from care_tag order by person_id, tag, platform, delivery_id, file_name, sheet_name, row_number
