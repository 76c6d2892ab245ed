-- reads:  key, size
-- Records with a value of the first rule that is not over its cap.
select count(*) as holders
from key as k
left join size as s on s.rule = k.rule and s.key = k.key and s.capped
where k.rule = 0 and s.key is null
