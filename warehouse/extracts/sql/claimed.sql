-- table: claimed      grain: one row per claim of an attribute that some department may see in the extract of its platform
-- reads: attribute (stage attribute/<kind>), entitlement, source, numbered_mention, prepared_substitute
-- state: 0 missing, 1 invalid, 2 differs, 3 ended: what it says no longer holds of anybody, 4 incomparable: of another sort,
-- 5 incomplete, 7 accepted: its own department says that it is wrong, 6 agrees: with the golden value, or with what stands in for one that is not shared.
-- A claim finds its mention by two numbers: texts are compared with those of the few sources alone.
create temp table claimed as
with compared as (
    select
        o.source, a.row_number, e.number, a.value, a.value_raw, a.is_valid, a.comparison, a.reason,
        s.platform is not null as is_substituted,
        case when s.platform is null then a.is_golden else a.value is not distinct from s.value end as agrees
    from attribute a
    join entitlement e on e.platform = a.platform and e.entity_kind = a.entity_kind and e.attribute = a.attribute
    join source o
        on o.platform = a.platform and o.delivery_id = a.delivery_id and o.file_name = a.file_name and o.sheet_name = a.sheet_name
        and o.role = a.role and o.entity_kind = a.entity_kind
    left join prepared_substitute s
        on s.platform = a.platform and s.entity_kind = a.entity_kind and s.entity_id = a.entity_id and s.attribute = a.attribute
),
said as materialized (
    select
        source,
        row_number,
        number,
        case
            when value is null and coalesce(trim(value_raw), '') = '' then 0
            when value is null or not is_valid then 1
            when comparison = 'superseded' then 7
            when is_substituted then if(agrees, 6, 2)
            when comparison = 'unvalued' and reason = 'ended' then 3
            when comparison in ('unvalued', 'incomparable') then 4
            when comparison = 'incomplete' then 5
            when agrees then 6
            else 2
        end::tinyint as state,
        case when state in (1, 2, 3, 5) then coalesce(value_raw, value) end as written,
        case when state in (1, 2, 3, 5) then if(is_substituted and is_valid, 'authority', reason) end as reason
    from compared
)
select m.number as mention, source, s.number, s.state, s.written, s.reason
from said s
join numbered_mention m using (source, row_number)
