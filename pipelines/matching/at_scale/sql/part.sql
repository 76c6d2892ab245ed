-- table:  part      grain: record, or pair of records, of a component
-- reads:  component, link, fact, judged
-- All that decides on the clusters of a component: its records, its pairs, and what people have said of them.
select c.label as component, cast(0 as int) as sort, c.node as a, c.node as b,
       cast(0 as double) as weight, false as accepted{constraints}
from component as c
join fact as f on f.record = c.node
union all
select x.label as component, cast(case when l.judged then 2 else 1 end as int) as sort, l.a, l.b, l.weight, l.accepted{nulls}
from link as l
join component as x on x.node = l.a
join component as y on y.node = l.b and y.label = x.label
union all
select x.label as component, cast(3 as int) as sort, j.a, j.b, cast(0 as double) as weight, false as accepted{nulls}
from judged as j
join component as x on x.node = j.a
join component as y on y.node = j.b and y.label = x.label
where j.origin = 4
