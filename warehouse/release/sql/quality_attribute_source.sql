-- table:  quality.attribute_source      grain: entity_kind, attribute
-- reads:  quality.scorecard
-- 一数一源: one figure, one source. Which platforms collect an attribute, and which of them it should come from: the one whose values
-- are golden most often, its share being the chance that taking it alone would do.
with collected as (
    select entity_kind, attribute, platform, sum(claims) as claims, sum(judged_claims) as judged, sum(golden_claims) as golden
    from quality.scorecard
    where claims > 0
    group by all
)

select
    entity_kind, attribute,
    count(*) as platforms,
    string_agg(platform, ' ' order by platform) as collected_by,
    sum(claims)::bigint as claims,
    arg_max(platform, (golden, platform)) as source,
    arg_max(claims, (golden, platform))::bigint as source_claims,
    arg_max(golden / nullif(judged, 0), (golden, platform)) as source_right,
    (sum(claims) - arg_max(claims, (golden, platform)))::bigint as collected_again
from collected
group by entity_kind, attribute
