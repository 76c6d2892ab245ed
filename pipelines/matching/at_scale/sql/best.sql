-- table:  best      grain: record
-- reads:  link, member
-- The strongest link of a record inside its cluster, ties of its own rows included.
with inside as (
    select l.a, l.b, l.weight
    from link as l
    join member as x on x.record = l.a
    join member as y on y.record = l.b and y.label = x.label
    where l.accepted
)
select record, max(weight) as weight
from (
    select a as record, weight from inside
    union all
    select b as record, weight from inside
    union all
    select record, self_weight as weight from member where self_weight is not null
) as ends
group by record
