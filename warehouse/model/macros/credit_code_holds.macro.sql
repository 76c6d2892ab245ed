-- macro:  credit_code_holds(x)    true where x is an 18-character unified social credit code whose check character holds
-- source: GB 32100-2015; weights 3^(i-1) mod 31 over the 31 characters without I, O, S, V, Z
create or replace macro credit_code_holds(x) as
    regexp_full_match(x, '[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}')
    and substr('0123456789ABCDEFGHJKLMNPQRTUWXY', 1 + (31 - (
          1 * (strpos('0123456789ABCDEFGHJKLMNPQRTUWXY', substr(x, 1, 1)) - 1)
        + 3 * (strpos('0123456789ABCDEFGHJKLMNPQRTUWXY', substr(x, 2, 1)) - 1)
        + 9 * (strpos('0123456789ABCDEFGHJKLMNPQRTUWXY', substr(x, 3, 1)) - 1)
        + 27 * (strpos('0123456789ABCDEFGHJKLMNPQRTUWXY', substr(x, 4, 1)) - 1)
        + 19 * (strpos('0123456789ABCDEFGHJKLMNPQRTUWXY', substr(x, 5, 1)) - 1)
        + 26 * (strpos('0123456789ABCDEFGHJKLMNPQRTUWXY', substr(x, 6, 1)) - 1)
        + 16 * (strpos('0123456789ABCDEFGHJKLMNPQRTUWXY', substr(x, 7, 1)) - 1)
        + 17 * (strpos('0123456789ABCDEFGHJKLMNPQRTUWXY', substr(x, 8, 1)) - 1)
        + 20 * (strpos('0123456789ABCDEFGHJKLMNPQRTUWXY', substr(x, 9, 1)) - 1)
        + 29 * (strpos('0123456789ABCDEFGHJKLMNPQRTUWXY', substr(x, 10, 1)) - 1)
        + 25 * (strpos('0123456789ABCDEFGHJKLMNPQRTUWXY', substr(x, 11, 1)) - 1)
        + 13 * (strpos('0123456789ABCDEFGHJKLMNPQRTUWXY', substr(x, 12, 1)) - 1)
        + 8 * (strpos('0123456789ABCDEFGHJKLMNPQRTUWXY', substr(x, 13, 1)) - 1)
        + 24 * (strpos('0123456789ABCDEFGHJKLMNPQRTUWXY', substr(x, 14, 1)) - 1)
        + 10 * (strpos('0123456789ABCDEFGHJKLMNPQRTUWXY', substr(x, 15, 1)) - 1)
        + 30 * (strpos('0123456789ABCDEFGHJKLMNPQRTUWXY', substr(x, 16, 1)) - 1)
        + 28 * (strpos('0123456789ABCDEFGHJKLMNPQRTUWXY', substr(x, 17, 1)) - 1)
    ) % 31) % 31, 1) = substr(x, 18, 1)
