-- table:  sample      grain: place
-- reads:  random_pair, live
-- Random pairs that share no key.
with blocked as (
    select distinct d.place
    from random_pair as d
    join live as x on x.record = d.a
    join live as y on y.record = d.b and y.rule = x.rule and y.key = x.key
)
select d.place, d.a, d.b
from random_pair as d
left join blocked as k on k.place = d.place
where k.place is null
