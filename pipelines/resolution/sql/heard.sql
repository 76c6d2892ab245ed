-- view:  heard      grain: mention_id, attribute_no, rule_no
-- reads:  claim, trust
-- What is said and not superseded, with how far it is believed. `rank` orders claims: trusted first, then new, then in the order of mentions.
create or replace temp view heard as
select
    c.* replace (c.can_conflict and not t.borrowed as can_conflict), t.authority,
    (t.authority::bigint * 100000 + least(greatest(coalesce(date_diff('day', date '1900-01-01', c.claimed_on), 0), 0), 99999))
        * 17179869184 - c.mention_id as rank
from claim c
join trust t using (source_no, attribute_no)
where not c.is_superseded
