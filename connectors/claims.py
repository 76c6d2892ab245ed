"""When a row was claimed: the date inside the text of a `changed_at` cell.

Belongs here: the one SQL expression for it, so that landing and the current rows agree.
"""

from __future__ import annotations

import datetime
from pathlib import Path

from warehouse.model.session import connect
from warehouse.model.sql import identifier


def date_sql(column: str) -> str:
    """SQL that turns the text in `column` (already quoted) into a date; null where it holds none.

    Knows `2025-03-20`, `2025/3/20`, `20250320`, `2025年3月20日`, each with a time behind it, ISO with a zone (`Z` and
    offsets are brought to Beijing time), epoch milliseconds and seconds (13 and 10 digits), and years and months.
    """
    text = f"trim({column})"
    parts = f"regexp_extract({text}, '^(\\d{{4}})\\s*[-/.年]\\s*(\\d{{1,2}})(?:\\s*[-/.月]\\s*(\\d{{1,2}}))?', ['y', 'm', 'd'])"
    zoned = f"regexp_matches({text}, '^\\d{{4}}-\\d{{2}}-\\d{{2}}[T ]\\d{{2}}:\\d{{2}}.*(Z|[+-]\\d{{2}}:?\\d{{2}})$')"
    # the first branch takes what nearly all exports write, without a regular expression
    return f"""case
        when length({text}) in (10, 19) and {text}[5] = '-' and {text}[8] = '-' then try_cast({text}[:10] as date)
        when regexp_full_match({text}, '\\d{{13}}') then cast(make_timestamp((cast({text} as bigint) + 28800000) * 1000) as date)
        when regexp_full_match({text}, '\\d{{10}}') then cast(make_timestamp((cast({text} as bigint) + 28800) * 1000000) as date)
        when regexp_matches({text}, '^\\d{{8}}(\\d{{6}})?([T ].*)?$') then cast(try_strptime(left({text}, 8), '%Y%m%d') as date)
        when {zoned} and not ends_with({text}, '+08:00')
            then cast(try_cast({text} as timestamptz) at time zone 'UTC' + interval 8 hour as date)
        else cast(try_strptime(concat_ws('-', {parts}.y, {parts}.m, coalesce(nullif({parts}.d, ''), '1')), '%Y-%m-%d') as date)
    end"""


def newest(path: Path, column: str) -> datetime.date | None:
    """The newest date in a column of a Parquet file that is not ahead of the clock; None where there is none.

    Where all are ahead, the clock is wrong and the newest of them counts.
    """
    day = date_sql(identifier(column))
    with connect() as connection:
        rows = connection.execute(
            f"""select coalesce(max(day) filter (day <= current_date + 1), max(day))
            from (select {day} as day from read_parquet($path))""",
            {"path": str(path)},
        ).fetchall()
    found: datetime.date | None = rows[0][0]
    return found
