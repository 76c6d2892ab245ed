r"""What the plain release shows of identity numbers and phones: a mask to read, a token to join by.

Belongs here: the rules of masking as DuckDB macros, the key of the tokens, and the test that proves a release holds no
full number. Does not: which columns are masked (`warehouse.model.release`), or who may see a full value (extracts).

A token is HMAC-SHA-256 (RFC 2104) of the standardised value in UTF-8, its first 32 hexadecimal digits. Whoever holds the
key can make the token of a number he already has and join by it; nobody can go the other way. The key comes from the
environment variable `ONENET_TOKEN_KEY`, else from a file made in the home at its first run: then tokens of two homes
differ. DuckDB computes both hashes, vectorised and side by side, so no number becomes a Python object.

```
320281198503121234  →  320281************        138 0011 2233  →  138 **** 2233 (what was written)
13800112233         →  138****2233               text with 11 digits or more in a row: the same, inside the text
```

Of an identity number only the division stays. The birth date stands in the next column and the check digit follows from
the others, so that whoever saw the last four digits would have the whole number; without them 500 numbers are possible.
A number whose birth date someone starred out before he delivered it (`320281********1234`) is masked alike.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from warehouse.model.home import Home
from warehouse.model.macros import create_number_macros
from warehouse.model.session import connect

KEY_VARIABLE = "ONENET_TOKEN_KEY"
MIN_KEY_LENGTH = 16
BLOCK = 64  # bytes of a SHA-256 block, RFC 2104

# Digits of any script (full-width ones too), one blank or dash between them at most.
_DIGIT = r"\p{Nd}"
_GAP = r"[ \x{3000}-]?"
_HIDDEN = rf"[{_DIGIT}*＊]"
_FOUR = rf"(?:{_GAP}{_DIGIT}){{3}}{_GAP}[{_DIGIT}XxＸｘ]"
LONG_NUMBER = rf"({_DIGIT}{_GAP}{_DIGIT}{_GAP}{_DIGIT})(?:{_GAP}{_DIGIT}){{4,}}({_FOUR})"
# Fifteen places and more, some perhaps starred already: identity numbers, bank cards.
LONGER_NUMBER = rf"({_DIGIT}(?:{_GAP}{_DIGIT}){{5}})(?:{_GAP}{_HIDDEN}){{8,}}[XxＸｘ]?"
# Numbers whose shape is known are told by it whatever people put between the digits: `(138)0011.2233`.
_WIDE = r"[\s\p{Zs}\p{Pd}\p{Cf}.,，~～·•_/()（）．]{0,2}"


def _any(digits: str) -> str:
    """A digit out of some, half or full width."""
    return f"[{digits}{''.join(chr(ord(d) + 0xFEE0) for d in digits)}]"


def _spaced(*places: str) -> str:
    """Places of a number with anything usual between them."""
    return _WIDE.join(places)


_DAY = rf"(?:{_spaced(_any('0'), _any('123456789'))}|{_spaced(_any('12'), _DIGIT)}|{_spaced(_any('3'), _any('01'))})"
_MONTH = rf"(?:{_spaced(_any('0'), _any('123456789'))}|{_spaced(_any('1'), _any('012'))})"
_CENTURY = rf"(?:{_spaced(_any('1'), _any('89'))}|{_spaced(_any('2'), _any('0'))})"
_BORN = _spaced(_CENTURY, _DIGIT, _DIGIT, _MONTH, _DAY)

_PROVINCE = "(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3])"


def _spaced_id(first: str) -> str:
    division = _spaced(_any(first), *[_DIGIT] * 5)
    return rf"({division}){_WIDE}{_BORN}{_WIDE}{_spaced(*[_DIGIT] * 3)}{_WIDE}[{_DIGIT}XxＸｘ]"


SPACED_ID = _spaced_id("12345678")
SPACED_ANY_ID = _spaced_id("123456789")
"""The first leaves out 9, with which codes of enterprises begin."""
OLD_ID = rf"(^|[^0-9A-Za-z])({_PROVINCE}[0-9]{{4}})[0-9]{{2}}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{{3}}($|[^0-9A-Za-z])"
FOREIGN_ID = rf"(^|[^0-9A-Za-z])(9{_PROVINCE}[0-9]{{3}})(?:18|19|20)[0-9]{{2}}(?:0[1-9]|1[0-2])[0-3][0-9]{{4}}[0-9Xx]($|[^0-9A-Za-z])"
_MOBILE_HEAD = _spaced(_any("1"), _any("3456789"), _DIGIT)
SPACED_MOBILE = (
    rf"(^|[^{_DIGIT}])((?:86{_WIDE})?{_MOBILE_HEAD})(?:{_WIDE}{_DIGIT}){{4}}((?:{_WIDE}{_DIGIT}){{4}})($|[^{_DIGIT}])"
)
_DOCUMENT_WORD = "护照|旅行证|通行证|回乡证|台胞证|居留证|居住证|军官证|士兵证|海员证|出生医学证明|[Pp]assport|PASSPORT"
NAMED_DOCUMENT = rf"({_DOCUMENT_WORD})([^0-9A-Za-z]{{0,8}})[A-Za-z]{{0,3}}[0-9]{{6,12}}"
"""A document of another kind where text says that it is one."""

DOCUMENT = r"^\s*(?:[A-Za-z]{1,2}[0-9]{6,8}|[HMhm][0-9]{8}(?:[0-9]{2})?|[A-Za-z]{3}[0-9]{12}|[A-Za-z][0-9]{9})\s*$"
"""What a passport, a permit or a foreigner's card looks like, alone in a cell."""

_BIRTH = "(?:18|19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
_ALONE = ("(?:^|[^0-9A-Za-z])", "(?:$|[^0-9A-Za-z])")  # not inside a hash or a longer code
IDENTITY, MOBILE, ENDING = "identity number", "mobile number", "identity number's last four digits"
PATTERNS: Mapping[str, str] = {
    IDENTITY: f"[1-8][0-9]{{5}}{_BIRTH}[0-9]{{3}}[0-9Xx]".join(_ALONE),  # GB 11643-1999
    MOBILE: "(?:[+]?86)?1[3-9][0-9]{9}".join(_ALONE),
    ENDING: r"[1-8][0-9]{5}[0-9]{0,8}\*{4,12}[0-9]{3}[0-9Xx]".join(_ALONE),
}
"""What must not be seen, by kind: a full number, or a mask beside which the birth date gives the number away."""


def _twice(expression: str, pattern: str, replacement: str) -> str:
    once = f"regexp_replace({expression}, '{pattern}', '{replacement}', 'g')"
    return f"regexp_replace({once}, '{pattern}', '{replacement}', 'g')"


_IDS = rf"regexp_replace(mask_foreign(v), '{SPACED_ID}', '\1************', 'g')"
_NUMBERS = _twice(_twice(_IDS, OLD_ID, r"\1\2*********\3"), SPACED_MOBILE, r"\1\2****\3\4")

MACROS: Mapping[str, str] = {
    # Those below are built on these: identity numbers of 18 and 15 places, of foreigners, mobile numbers. What stands
    # beside a number is part of the pattern, so two numbers with one character between them take two passes.
    "mask_foreign(v)": rf"""
        case when regexp_matches(v, '{FOREIGN_ID}') and id_number_in(v)
             then regexp_replace(v, '{FOREIGN_ID}', '\1\2************\3', 'g') else v end""",
    "mask_numbers(v)": _NUMBERS,
    "mask_id(v)": """
        case when length(v) >= 15 then left(v, 6) || repeat('*', length(v) - 6)
             else repeat('*', length(v)) end""",
    "mask_phone(v)": """
        case when length(v) >= 11 then left(v, 3) || repeat('*', length(v) - 7) || right(v, 4)
             when length(v) >= 7 then repeat('*', length(v) - 4) || right(v, 4)
             else repeat('*', length(v)) end""",
    "mask_full(v)": "repeat('*', length(v))",
    "mask_written_full(v)": "repeat('*', length(v))",
    # What was written stays recognisable as written: only digits become stars, blanks and dashes stay.
    "mask_written_id(v)": rf"""
        case when regexp_full_match(v, '[0-9]{{17}}[0-9Xx]') then left(v, 6) || '************'
             else case when length(v) >= 15 then left(v, 6) else regexp_replace(left(v, 6), '{_DIGIT}', '*', 'g') end
                  || regexp_replace(v[7:], '[{_DIGIT}XxＸｘ]', '*', 'g') end""",
    "mask_written_phone(v)": rf"""
        case when regexp_full_match(v, '[0-9]{{11}}') then left(v, 3) || '****' || right(v, 4)
             when length(v) >= 11 then left(v, 3) || regexp_replace(v[4 : -5], '{_DIGIT}', '*', 'g') || right(v, 4)
             else regexp_replace(v, '{_DIGIT}', '*', 'g') end""",
    # Finding out that nothing is to be replaced is eight times as fast as replacing nothing; a number that stands alone is what
    # most of the others are.
    "mask_text(v)": rf"""
        case when not regexp_matches(v, '{_DIGIT}({_WIDE}{_HIDDEN}){{9}}|({_DOCUMENT_WORD})') then v
             when regexp_full_match(v, '[0-9]{{14,}}[Xx]?') then left(v, 6) || '************'
             else mask_numbers(regexp_replace(
                      regexp_replace(regexp_replace(v, '{LONGER_NUMBER}', '\1************', 'g'), '{LONG_NUMBER}', '\1****\2', 'g'),
                      '{NAMED_DOCUMENT}|{SPACED_ANY_ID}', '\1\2\3************', 'g')) end""",
    "mask_code(v)": rf"""
        case when regexp_extract(v, '{_DIGIT}({_WIDE}{_DIGIT}){{10}}') <> ''
             then mask_numbers(regexp_replace(v, '([1-8][0-9]{{5}}){_BIRTH}[0-9]{{3}}[0-9Xx]', '\1************', 'g'))
             else v end""",
    # A code that is none may be a passport's number: its standard value is missing, and so is any reason to show it.
    "mask_no_code(v)": rf"case when regexp_matches(v, '{DOCUMENT}') then repeat('*', length(v)) else mask_code(v) end",
    "keyed_token(v)": """
        left(sha256(getvariable('token_outer') || unhex(sha256(getvariable('token_inner') || encode(v)))), 32)""",
}
"""DuckDB macros by signature. A null stays null in all of them."""


class TokenKeyError(ValueError):
    """The key of the tokens can't be used. The message never holds the key."""


@dataclass(frozen=True)
class Leak:
    """A column of a release that holds full numbers: where and how many, never which."""

    table: str
    column: str
    what: str
    rows: int


def token_key(home: Home) -> bytes:
    """The key of the tokens: from the environment, else from the key file of the home, which is made if it is missing.

    Raises:
        TokenKeyError: the key is shorter than 16 characters.
    """
    written = os.environ.get(KEY_VARIABLE)
    source = f"environment variable {KEY_VARIABLE}"
    if not written:
        source = f"key file {home.token_key.name} of the home"
        written = _key_file(home.token_key)
    if len(written) < MIN_KEY_LENGTH:
        raise TokenKeyError(f"{source}: {len(written)} characters; at least {MIN_KEY_LENGTH} are needed")
    return written.encode()


def _key_file(path: Path) -> str:
    """Read the key file; make it first if needed. Its full content appears at once, readable by the owner alone."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = path.with_name(f".{path.name}.{os.getpid()}")
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(32))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(aside, path)  # unlike a rename it never replaces a key another run made meanwhile
        except FileExistsError:
            pass
        finally:
            aside.unlink()
    return path.read_text().strip()


def install(con: duckdb.DuckDBPyConnection, key: bytes) -> None:
    """Make the masking macros known to `con` as temporary macros and give it the token key for this session."""
    block = (hashlib.sha256(key).digest() if len(key) > BLOCK else key).ljust(BLOCK, b"\0")
    for name, pad in (("token_inner", 0x36), ("token_outer", 0x5C)):
        con.execute(f"set variable {name} = $pad", {"pad": bytes(b ^ pad for b in block)})
    create_number_macros(con, temporary=True)
    for signature, body in MACROS.items():
        con.execute(f"create or replace temp macro {signature} as {body}")


def find_leaks(suspects: pa.Table, codes: frozenset[str] = frozenset()) -> list[Leak]:
    """Tell the full identity and mobile numbers among the texts of a release that may hold one.

    Args:
        suspects: what `find_suspects` found in it.
        codes: names of columns that hold codes of things; such a code may look like a mobile number with impunity,
            never like an identity number.

    Returns:
        One entry per column and kind of number found; empty when the release is clean. Lists and maps to text are
        looked through as text; a map to numbers holds weights, whose decimals may read like a phone.
    """
    counts = ", ".join(f"sum(n) filter (regexp_extract(x, '{pattern}') <> '')" for pattern in PATTERNS.values())
    with connect() as con:
        con.register("suspect", suspects)
        found = con.execute(
            f"select table_name, column_name, {counts} from suspect group by all order by table_name, column_name"
        ).fetchall()
    return [
        Leak(table, column, what, int(count))
        for table, column, *held in found
        for what, count in zip(PATTERNS, held, strict=True)
        if count and not (column in codes and what == MOBILE)
    ]
