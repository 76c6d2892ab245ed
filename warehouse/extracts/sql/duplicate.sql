-- table: duplicate      grain: one row per current row that is about an entity another current row is about as well
-- reads: mention
-- Only the subject counts: an owner of two homes or the head of two firms stands in two rows rightly. At most five other
-- rows are named, so that a placeholder a thousand rows share costs a thousand lines and not a million.
create or replace temp table duplicate as
with repeated as (
    select
        *, row_number() over (partition by entity_kind, entity_id, role order by file_name, sheet_name, row_number, delivery_id) as place
    from mention
    where repeats > 1
),
subject as (
    select * from repeated where is_subject
)
select
    a.dataset,
    a.delivery_id,
    a.sheet_name,
    a.row_number,
    string_agg(
        case when b.file_name = a.file_name then '' else b.file_name || ' ' end
        || case when b.file_name = a.file_name and b.sheet_name = a.sheet_name then '' when b.sheet_name = '' then '' else b.sheet_name || ' ' end
        || '第' || (b.row_number + getvariable('rows_above')) || '行',
        '、' order by b.place
    ) || case when a.repeats > 6 then '，共' || a.repeats || '行' else '' end as others
from subject a
join subject b
    on b.entity_kind = a.entity_kind and b.entity_id = a.entity_id and b.place <> a.place
    and b.place <= case when a.place <= 5 then 6 else 5 end
group by a.dataset, a.delivery_id, a.sheet_name, a.row_number, a.repeats
