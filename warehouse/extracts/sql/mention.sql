-- table: mention      grain: one row per mention of the platform's current rows
-- reads: prepared_mention (of one platform)
create or replace temp table mention as from prepared_mention
