-- table:  catalogue.dataset      grain: platform, dataset
-- reads:  stage (catalogue/dataset), quality.reconciliation
with held as (
    select platform, dataset, sum(rows_current)::bigint as rows_current, sum(mentions_resolved)::bigint as mentions
    from quality.reconciliation
    group by platform, dataset
)
select s.*, coalesce(h.rows_current, 0) as rows_current, coalesce(h.mentions, 0) as mentions
from stage s
left join held h using (platform, dataset)
