-- macro:  personal_number_in(x)    true where text x holds a full mobile number, or a full identity number whose check
--         character holds, that stands alone: no digit and no letter a–f beside it, since hashes are full of digits
create or replace macro personal_number_in(x) as
    length(x) >= 11 and (
        regexp_matches(x, '(^|[^0-9A-Fa-f])(86[ -]?)?1[3-9][0-9][ -]?[0-9]{4}[ -]?[0-9]{4}([^0-9A-Fa-f]|$)')
        or coalesce(id_number_holds(upper(nullif(regexp_extract(
            x,
            '(^|[^0-9A-Fa-f])([1-8][0-9]{5}(18|19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx])([^0-9A-Fa-f]|$)',
            2
        ), ''))), false)
    )
