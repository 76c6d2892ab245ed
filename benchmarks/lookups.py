"""How long questions take on a large release: point look-ups, and every query of the cookbook.

`python -m benchmarks.lookups LIBRARY [--persons 1000000]` copies a release so often that it has that many people (ids and
tokens told apart by copy, rows near where a release has them) and times each question on the copy: the median of five
after one that warms up, in the same process. The grid tree is not multiplied: its grids just hold more.
"""

from __future__ import annotations

import argparse
import re
import statistics
import tempfile
import time
from pathlib import Path

import duckdb

from warehouse.model.release import RELEASE, Served
from warehouse.release import ddl

COOKBOOK = Path(__file__).parents[1] / "docs" / "cookbook.md"
MULTIPLIED = {"base.person", "base.housing", "base.enterprise", "link.mention", "link.person_housing"} | {
    "link.person_enterprise", "link.enterprise_housing", "evidence.attribute", "evidence.conflict",
}  # fmt: skip
POINTS = {
    "a person by id": "from base.person where person_id = $id",
    "a person by the token of a number": "from base.person where id_number_token = $token",
    "where a person lives": "from link.person_housing where person_id = $id",
    "who lives in a home": "from link.person_housing where housing_id = $home",
    "every row that names a person": "from link.mention where entity_id = $id",
    "every claim about a person": "from evidence.attribute where entity_id = $id",
    "a firm by its credit code": "from base.enterprise where credit_code = $code",
    "a home by its address": "from base.housing where address = $address",
    "the same in Chinese": "from 一张网.人口 where 人口编号 = $id",
}
LIMIT_MS = 100


def main() -> None:
    """Build the large release and print a table of times."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("library", type=Path)
    parser.add_argument("--persons", type=int, default=1_000_000)
    parser.add_argument("--keep", type=Path, help="where the large release is kept; default: nowhere")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file = arguments.keep or Path(folder, "large.duckdb")
        if not file.exists():
            multiply(arguments.library, file, arguments.persons)
        with duckdb.connect(str(file), read_only=True) as con:
            report(con)


def multiply(library: Path, file: Path, persons: int) -> None:
    """Write a release of so many people from a small one."""
    with duckdb.connect(config={"preserve_insertion_order": True}) as con:
        con.execute(f"attach '{library}' as small (read_only)")
        con.execute(f"attach '{file}' as large (storage_version 'v1.2.0')")
        con.execute("use large")
        (one,) = con.execute("select count(*) from small.base.person").fetchone() or (1,)
        copies = max(1, round(persons / one))
        for statement in ddl.create_schemas():
            con.execute(statement)
        for served in RELEASE:
            con.execute(ddl.create_table(served.table))
            con.execute(f"insert into {ddl.qualified(served.table)} {_rows(served, copies)}")
            con.execute(ddl.create_view(served))
        con.execute("checkpoint large")


def _rows(served: Served, copies: int) -> str:
    source = f"small.{ddl.qualified(served.table)}"
    if served.table.full_name not in MULTIPLIED:
        return f"from {source}"
    shown = []
    for column in served.table.columns:
        name = ddl.name(column.name)
        told_apart = column.name.endswith(("_id", "_token")) and column.name != "delivery_id"
        told_apart |= column.name in ("credit_code", "address")
        # A copy's ids sort among the others, as ids of a large city do; '' is no token and stays none.
        shown.append(
            f"case when {name} <> '' then {name} || lpad(copy::varchar, 4, '0') else {name} end" if told_apart else name
        )
    columns = ", ".join(f"{s} as {ddl.name(c.name)}" for s, c in zip(shown, served.table.columns, strict=True))
    # The copies of a row follow it: rows stay in the order of a release without being sorted again.
    return f"select {columns} from (select *, unnest(range({copies})) as copy from {source})"


def report(con: duckdb.DuckDBPyConnection) -> None:
    """Print rows of the tables, then every question with its time."""
    for table in ("base.person", "base.housing", "link.mention", "evidence.attribute"):
        print(f"{table:22} {(con.execute(f'select count(*) from {table}').fetchone() or (0,))[0]:>12,}")
    sample = con.execute(
        "select p.person_id, p.id_number_token, h.housing_id, e.credit_code, h.address "
        "from (from base.person where id_number_token is not null order by person_id limit 1 offset 12345) p, "
        "(from base.housing where address is not null order by housing_id limit 1 offset 2345) h, "
        "(from base.enterprise where credit_code is not null order by enterprise_id limit 1 offset 345) e"
    ).fetchone()
    assert sample
    values = dict(zip(("id", "token", "home", "code", "address"), sample, strict=True))
    questions = [(title, sql, {k: v for k, v in values.items() if f"${k}" in sql}) for title, sql in POINTS.items()]
    for section in re.findall(
        r"^## (\d+\. [^\n·]+).*?```sql\n(.*?)```", COOKBOOK.read_text("utf-8"), flags=re.S | re.M
    ):
        questions.append((section[0].strip(), section[1], {}))
    slow = 0
    for title, sql, parameters in questions:
        took = milliseconds(con, sql, parameters)
        slow += took > LIMIT_MS
        print(f"{title:55} {took:8.1f} ms{' *' if took > LIMIT_MS else ''}")
    print(f"{len(questions)} questions, {slow} above {LIMIT_MS} ms")


def milliseconds(con: duckdb.DuckDBPyConnection, sql: str, parameters: dict[str, str]) -> float:
    """The median of five runs after one that warms up."""
    took = []
    for _ in range(6):
        began = time.perf_counter()
        con.execute(sql, parameters).fetchall()
        took.append((time.perf_counter() - began) * 1000)
    return statistics.median(took[1:])


if __name__ == "__main__":
    main()
