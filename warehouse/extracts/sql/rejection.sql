-- table: rejection      grain: one row per row that did not land and reason, per file that was rejected, waits or stands oddly
-- reads: rejected, reconciliation
-- Rows are numbered as the department sees them. A delivery that is held, or whose scope is odd, is a line without a row.
create or replace temp table rejection as
select file_name, sheet_name, row_number + getvariable('rows_above') as row_seen, "column", reason_code, reason
from rejected
where platform = $platform
union all
select distinct file_name, '', null, null, reason_code, reason
from reconciliation
where platform = $platform and reason is not null and (state = 'held' or (state = 'landed' and rows_current > 0))
order by file_name, sheet_name, row_seen nulls first, reason_code, "column"
