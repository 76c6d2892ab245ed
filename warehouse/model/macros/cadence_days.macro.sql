-- Days within which a platform of a cadence should deliver again.
create or replace macro cadence_days(cadence) as
    case cadence when 'realtime' then 1 when 'daily' then 1 when 'weekly' then 7 when 'monthly' then 31 when 'quarterly' then 92 else 366 end::bigint;
