-- reads:  holding
-- Figures of every column, see `term_frequency.Holdings`.
select place,
       cast(sum(mentions) as bigint) as mentions,
       cast(sum(case when holders > 0 then mentions else 0 end) as bigint) as held_mentions,
       cast(sum(holders) as bigint) as holdings,
       cast(sum(case when holders = 1 then 1 else 0 end) as bigint) as once,
       cast(sum(case when holders = 2 then 1 else 0 end) as bigint) as twice
from holding
group by place
