-- table:  evidence.judgement      grain: judgement_id
-- reads:  judged, mention, entity
-- Every judgement with where its two mentions are now, and in which entities; what a steward typed is masked.
with known as (
    select
        m.entity_kind, m.platform, m.dataset, m.role, m.row_key, m.repeat, m.file_name, m.sheet_name, m.row_number,
        e.entity_id
    from mention m
    join entity e on e.entity_kind = m.entity_kind and e.mention_id = m.mention_id
)
select
    j.judgement_id, j.statement_id, j.entity_kind,
    l.entity_id as left_entity_id, r.entity_id as right_entity_id,
    j.left_platform, j.left_dataset, l.file_name as left_file_name, l.sheet_name as left_sheet_name,
    l.row_number as left_row_number, j.left_role,
    j.right_platform, j.right_dataset, r.file_name as right_file_name, r.sheet_name as right_sheet_name,
    r.row_number as right_row_number, j.right_role,
    j.verdict, j.judgement_state, j.contradiction, mask_text(j.judged_by) as judged_by, j.judged_at, mask_text(j.why) as why, j.release
from judged j
left join known l
    on l.entity_kind = j.entity_kind and l.platform = j.left_platform and l.dataset = j.left_dataset
    and l.role = j.left_role and l.row_key = j.left_row_key and l.repeat = j.left_repeat
left join known r
    on r.entity_kind = j.entity_kind and r.platform = j.right_platform and r.dataset = j.right_dataset
    and r.role = j.right_role and r.row_key = j.right_row_key and r.repeat = j.right_repeat
order by j.judgement_id
