-- table:  candidate pairs of one blocking rule      grain: l, r (record numbers, l < r)
-- reads:  key_left, key_right (the same table twice: record, key; only keys held by two records or more)
-- Records that share a key. One rule with alternatives may find a pair by several of them, hence distinct where asked for.
select {distinct} least(key_left.record, key_right.record) as l, greatest(key_left.record, key_right.record) as r
from key_left
join key_right on key_left.key = key_right.key and {further}
