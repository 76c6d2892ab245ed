-- table:  (findings of one dataset)      grain: row, fault
-- reads:  line (stages of cases), spot (per row whether it was dealt with on the spot)
-- The first time a case reaches a stage counts. Closed before it was reported is the only finding of such a case: nothing that
-- follows from a wrong moment is a finding of its own.
with first as (
    select
        row,
        min(reached_at) filter (where stage = 'reported') as reported,
        min(reached_at) filter (where stage = 'registered') as registered,
        min(reached_at) filter (where stage = 'dispatched') as dispatched,
        min(reached_at) filter (where stage = 'handled') as handled,
        min(reached_at) filter (where stage = 'verified') as verified,
        min(reached_at) filter (where stage = 'closed') as closed,
        any_value(actor) filter (where stage = 'reported' and nth = 1) as reporter,
        any_value(actor) filter (where stage = 'handled' and nth = 1) as handler,
        any_value(actor) filter (where stage = 'verified' and nth = 1) as verifier
    from line
    group by row
),

told as (
    select
        row,
        list_filter([
            if(closed < reported, 'closed_before_reported', null),
            if(registered < reported, 'registered_before_reported', null),
            if(dispatched < registered, 'dispatched_before_registered', null),
            if(handled < dispatched, 'handled_before_dispatched', null),
            if(verified < handled, 'verified_before_handled', null),
            if(closed < verified, 'closed_before_verified', null),
            if(closed is not null and verified is null and $verifies and not on_the_spot, 'no_verification', null),
            if(verifier <> '' and verifier = reporter, 'reporter_is_verifier', null),
            if(verifier <> '' and verifier = handler, 'handler_is_verifier', null)
        ], lambda fault: fault is not null) as faults
    from first
    join spot using (row)
)

select row, unnest(if(faults[1] = 'closed_before_reported', faults[:1], faults)) as fault
from told
order by row, fault
