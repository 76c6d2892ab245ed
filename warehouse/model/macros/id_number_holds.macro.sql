-- macro:  id_number_holds(x)      true where x is an 18-character identity number whose check character holds
-- source: GB 11643-1999, ISO 7064:1983 MOD 11-2; weights 2^(18-i) mod 11, check character from '10X98765432'
create or replace macro id_number_holds(x) as
    regexp_full_match(x, '[1-9][0-9]{16}[0-9X]')
    and substr('10X98765432', 1 + (
          7 * (ascii(substr(x, 1, 1)) - 48)
        + 9 * (ascii(substr(x, 2, 1)) - 48)
        + 10 * (ascii(substr(x, 3, 1)) - 48)
        + 5 * (ascii(substr(x, 4, 1)) - 48)
        + 8 * (ascii(substr(x, 5, 1)) - 48)
        + 4 * (ascii(substr(x, 6, 1)) - 48)
        + 2 * (ascii(substr(x, 7, 1)) - 48)
        + 1 * (ascii(substr(x, 8, 1)) - 48)
        + 6 * (ascii(substr(x, 9, 1)) - 48)
        + 3 * (ascii(substr(x, 10, 1)) - 48)
        + 7 * (ascii(substr(x, 11, 1)) - 48)
        + 9 * (ascii(substr(x, 12, 1)) - 48)
        + 10 * (ascii(substr(x, 13, 1)) - 48)
        + 5 * (ascii(substr(x, 14, 1)) - 48)
        + 8 * (ascii(substr(x, 15, 1)) - 48)
        + 4 * (ascii(substr(x, 16, 1)) - 48)
        + 2 * (ascii(substr(x, 17, 1)) - 48)
    ) % 11, 1) = substr(x, 18, 1)
