"""How long questions take on a large release: point look-ups, and every query of the cookbook with its Chinese form.

`python -m benchmarks.lookups LIBRARY [--persons 1000000] [--keep FILE]` makes a release of that many people out of a
finished one (see `large_release`) and times each question on it: the median of `RUNS` after one that warms up, one
connection, all cores. Writes benchmarks/LOOKUPS.md.
"""

from __future__ import annotations

import argparse
import os
import re
import statistics
import tempfile
import time
from pathlib import Path

import duckdb

from benchmarks.large_release import multiply

HERE = Path(__file__).parent
COOKBOOK = HERE.parent / "docs" / "cookbook.md"
POINTS = {
    "a person by id": (
        "from base.person where person_id = $id",
        "from 一张网.人口 where 人口编号 = $id",
    ),
    "a person by the token of a number": (
        "from base.person where id_number_token = $token",
        "from 一张网.人口 where 公民身份号码令牌 = $token",
    ),
    "where a person lives": (
        "from link.person_housing where person_id = $id",
        "from 一张网.人房关系 where 人口编号 = $id",
    ),
    "who lives in a home": (
        "from link.person_housing where housing_id = $home",
        "from 一张网.人房关系 where 房屋编号 = $home",
    ),
    "every row that names a person": (
        "from link.mention where entity_id = $id",
        "from 一张网.提及 where 实体编号 = $id",
    ),
    "how many subjects every platform holds twice": (
        "select platform, dataset, count(*), sum(rows - 1) from quality.duplicate group by all",
        "select 平台, 数据集, count(*), sum(行数 - 1) from 一张网.重复登记 group by all",
    ),
    "every claim about a person": (
        "from evidence.attribute where entity_id = $id",
        "from 一张网.主张 where 实体编号 = $id",
    ),
    "a firm by its credit code": (
        "from base.enterprise where credit_code = $code",
        "from 一张网.企业 where 统一社会信用代码 = $code",
    ),
    "a home by its address": (
        "from base.housing where address = $address",
        "from 一张网.房屋 where 标准地址 = $address",
    ),
    "the homes of a grid": (
        "from base.housing where grid_code = $grid",
        "from 一张网.房屋 where 网格编码 = $grid",
    ),
}
SAMPLE = """
select p.person_id as id, p.id_number_token as token, h.housing_id as home, e.credit_code as code, h.address, h.grid_code as grid
from (from base.person where id_number_token is not null order by md5(person_id) limit 1) p,
    (from base.housing where address is not null and grid_code is not null order by md5(housing_id) limit 1) h,
    (from base.enterprise where credit_code is not null order by md5(enterprise_id) limit 1) e
"""
"""Values to look up, from anywhere in the tables."""

TABLES = ("base.person", "base.housing", "base.enterprise", "base.grid", "link.mention", "link.person_housing") + (
    "evidence.attribute", "evidence.match",
)  # fmt: skip
LIMIT_MS = 100
RUNS = 7

Question = tuple[str, str, str]


def main() -> None:
    """Make the large release where there is none, time the questions, write the report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("library", type=Path)
    parser.add_argument("--persons", type=int, default=1_000_000)
    parser.add_argument("--keep", type=Path, help="where the large release is kept, and taken from if it is there")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file = given.keep or Path(folder, "large.duckdb")
        if not file.exists():
            multiply(given.library, file, given.persons)
        with duckdb.connect(str(file), read_only=True) as con:
            text = report(con, file.stat().st_size)
    (HERE / "LOOKUPS.md").write_text(text, encoding="utf-8")
    print(text)


def questions() -> list[Question]:
    """Title, English and Chinese query of every look-up and every question of the cookbook."""
    sections = re.findall(r"^## (\d+\. [^\n·]+).*?(?=^## )", COOKBOOK.read_text("utf-8"), flags=re.S | re.M)
    asked = re.findall(
        r"^## (\d+\. [^\n·]+) ·.*?```sql\n(.*?)```.*?```sql\n(.*?)```", COOKBOOK.read_text("utf-8"), flags=re.S | re.M
    )
    assert len(asked) == len(sections), "a question of the cookbook lacks a query"
    return [(title, *both) for title, both in POINTS.items()] + asked


def report(con: duckdb.DuckDBPyConnection, size: int) -> str:
    """The report on an open release whose file has so many bytes."""
    rows = {table: (con.execute(f"select count(*) from {table}").fetchone() or (0,))[0] for table in TABLES}
    sample = con.execute(SAMPLE)
    values = dict(zip([d[0] for d in sample.description or ()], sample.fetchone() or (), strict=True))
    lines, slow = [], 0
    for title, *queries in questions():
        took = [milliseconds(con, q, {k: v for k, v in values.items() if re.search(rf"\${k}\b", q)}) for q in queries]
        slow += max(took) > LIMIT_MS
        lines.append(f"| {title} | {took[0]:.1f} | {took[1]:.1f} |")
    return "\n".join(
        [
            f"# Questions asked of a release of {rows['base.person']:,} people",
            "",
            f"Median of {RUNS} runs after one that warms up, in milliseconds, {os.cpu_count()} cores, DuckDB {duckdb.__version__}. "
            "Written by `python -m benchmarks.lookups`; the release is a finished one of a sample city many times over, built "
            f"as releases are: {size / 1e9:.1f} GB; "
            + ", ".join(f"{n:,} rows in `{table}`" for table, n in rows.items())
            + ".",
            "",
            f"Above {LIMIT_MS} ms: {slow or 'none'}.",
            "",
            "| question | English | 中文视图 |",
            "|---|--:|--:|",
            *lines,
            "",
        ]
    )


def milliseconds(con: duckdb.DuckDBPyConnection, sql: str, parameters: dict[str, str]) -> float:
    """The median of `RUNS` after one that warms up."""
    took = []
    for _ in range(RUNS + 1):
        began = time.perf_counter()
        con.execute(sql, parameters).fetchall()
        took.append((time.perf_counter() - began) * 1000)
    return statistics.median(took[1:])


if __name__ == "__main__":
    main()
