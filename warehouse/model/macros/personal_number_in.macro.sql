-- macro:  personal_number_in(x)    true where text x holds a full mobile number, or a full identity number whose check
--         character holds, that stands alone: no digit and no letter a–f beside it, since hashes are full of digits.
--         A foreigner's number begins with 9; what holds as a credit code as well is that
create or replace macro personal_number_in(x) as
    length(x) >= 11 and (
        regexp_matches(x, '(^|[^0-9A-Fa-f])(86[ -]?)?1[\s\p{Zs}\p{Pd}.·]?[3-9][\s\p{Zs}\p{Pd}.·]?[0-9][\s\p{Zs}\p{Pd}.·)）]{0,2}[0-9]([\s\p{Zs}\p{Pd}.·]?[0-9]){7}([^0-9A-Fa-f]|$)')
        or id_number_in(x)
    );

-- macro:  id_number_in(x)    the same of identity numbers of 18 places alone
create or replace macro id_number_in(x) as
    length(x) >= 18 and len(list_filter(
        regexp_extract_all(
            upper(x),
            '(^|[^0-9A-F])([1-9][0-9]{5}(18|19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9X])([^0-9A-F]|$)',
            2
        ),
        lambda n: id_number_holds(n) and not (left(n, 1) = '9' and credit_code_holds(n))
    )) > 0;

-- macro:  old_id_number_in(x)    true where text x holds 15 digits that stand alone and read as an identity number of before
--         1999: a province, a date of birth. There is no check digit, and a code of a grid may read the same
create or replace macro old_id_number_in(x) as
    length(x) >= 15 and regexp_matches(
        x,
        '(^|[^0-9A-Fa-f])(1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3])[0-9]{6}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[0-9]{3}([^0-9A-Fa-f]|$)'
    )
