-- table:  block_pair      grain: rule, pair (once per key that finds it)
-- reads:  live
-- Pairs that share a key. Where both have a value of the first rule, only that rule finds candidates, or one that allows a
-- conflict; of the others a share teaches what strangers have in common.
with shared as (
    select a.rule, a.record as a, b.record as b,
           a.value is null or b.value is null as open,
           coalesce(a.value <> b.value, false) as differ,
           a.decides, a.allow_conflict, a.teaches
    from live as a
    join live as b on b.rule = a.rule and b.key = a.key
    where a.record < b.record
)
select rule, a, b, decides or open or (allow_conflict and differ) as candidate
from shared
where decides or open or (differ and (allow_conflict or teaches))
