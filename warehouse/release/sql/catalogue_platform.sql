-- table:  catalogue.platform      grain: platform
-- reads:  stage (catalogue/platform), quality.scorecard
-- Age is counted back from the newest delivery of all, never from today: a release says the same whenever it is built.
with newest as (
    select max(last_delivered_on) as day from stage
),
score as (
    select platform, sum(score * claims) / nullif(sum(claims), 0) as quality_score
    from quality.scorecard
    where score is not null
    group by platform
),
aged as (
    select
        s.*,
        cadence_days(s.cadence) as cadence_days,
        datediff('day', s.last_delivered_on, n.day) as age_days
    from stage s
    cross join newest n
)
select
    a.*,
    case when a.age_days is null then 'never' when a.age_days <= a.cadence_days then 'fresh' when a.age_days <= 2 * a.cadence_days then 'due' else 'overdue' end as freshness,
    round(q.quality_score, 4) as quality_score
from aged a
left join score q using (platform)
