-- table:  link.history      grain: entity_id, event, other_id, release
-- reads:  story, born, fate, register, overlap
-- What happened to every id, run after run.
with event as (
    select entity_id, 'born' as event, '' as other_id from born
    union all
    select old_id, 'merged_into', new_id from fate where not lives
    union all
    select new_id, 'split_from', old_id from fate where lives
    union all
    select distinct r.entity_id, 'withdrawn', ''
    from register r
    where not exists (select 1 from overlap o where o.entity_id = r.entity_id)
)
select entity_kind, entity_id, event, other_id, release from story
union
select '{kind}', entity_id, event, other_id, '{release}' from event
order by entity_id, release, event, other_id
