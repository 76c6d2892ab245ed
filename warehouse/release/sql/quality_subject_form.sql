-- table:  quality.subject_form      grain: entity_kind, forms
-- reads:  link.mention
-- 多系统多报表: on how many forms (datasets) of how many platforms the same subject is entered.
select entity_kind, forms, count(*) as entities, sum(forms - 1)::bigint as entered_again, max(platforms) as most_platforms
from (
    select entity_kind, entity_id, count(distinct (platform, dataset, sheet_name)) as forms, count(distinct platform) as platforms
    from link.mention
    group by entity_kind, entity_id
)
group by entity_kind, forms
