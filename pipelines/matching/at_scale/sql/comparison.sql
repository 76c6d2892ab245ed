-- table:  comparison      grain: origin, pair
-- reads:  pair, sample, judged
-- All pairs to compare. origin 0: candidate, 1: to learn from, 2: random, 3: called the same, 4: called different.
select a, b, cast(origin as int) as origin from pair
union all
select a, b, cast(2 as int) as origin from sample
union all
select a, b, cast(origin as int) as origin from judged
