-- macro:  registration_number_holds(x)    true where x is a 15-digit registration number whose check digit holds
-- source: GS 15-2006, ISO 7064:1983 MOD 11,10: p starts at 10; each digit turns p into 2 * ((p + d) mod 10, 0 as 10) mod 11
create or replace macro registration_number_holds(x) as
    regexp_full_match(x, '[0-9]{15}')
    and (list_reduce(
        list_prepend(10, list_transform(string_split(substr(x, 1, 14), ''), lambda d: try_cast(d as integer))),
        lambda p, d: (2 * (case when (p + d) % 10 = 0 then 10 else (p + d) % 10 end)) % 11
    ) + try_cast(substr(x, 15, 1) as integer)) % 10 = 1
