"""Write the answers and charts of the cookbook anew: `python docs/refresh.py [LIBRARY]`.

Without a library the sample city of `make run` is written and run first. Every query of `docs/cookbook.md` is run on it;
the table between `<!-- result … -->` and `<!-- end -->` and the chart in `docs/cookbook/` are replaced. A marker that names
two columns (`<!-- result street persons -->`) gets a chart of the second by the first, with the titles of platforms,
datasets and attributes in place of their codes.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import unicodedata
from html import escape
from pathlib import Path
from typing import Any

import duckdb

DOCS = Path(__file__).parent
COOKBOOK = DOCS / "cookbook.md"
SECTION = re.compile(
    r"(?P<before>## (?P<number>\d+)\. (?P<title>[^\n]+)\n.*?```sql\n(?P<sql>.*?)```.*?)"
    r"<!-- result(?P<chart>[^>]*)-->\n.*?<!-- end -->",
    re.S,
)
ROWS = 8
BAR, GAP, LABEL, WIDTH, TOP = 18, 8, 290, 420, 58


def main() -> None:
    """Refresh the cookbook from the library named, or from a sample city."""
    if len(sys.argv) > 1:
        refresh(Path(sys.argv[1]))
        return
    with tempfile.TemporaryDirectory() as folder:
        city, home = Path(folder, "city"), Path(folder, "home")
        for arguments in (
            ["sample", "--persons", "5000", "--seed", "1", "--out", city],
            ["run", "--inbox", city / "deliveries", "--home", home],
        ):
            subprocess.run([Path(sys.executable).with_name("onenet"), *arguments], check=True)
        refresh(home / "one_network.duckdb")


def refresh(library: Path) -> None:
    """Run every query of the cookbook on `library` and write the answers and charts."""
    with duckdb.connect(str(library), read_only=True) as con:
        text = SECTION.sub(lambda found: _section(con, found), COOKBOOK.read_text(encoding="utf-8"))
    COOKBOOK.write_text(text, encoding="utf-8")


TITLES = """
select platform, title_zh from catalogue.platform
union select dataset, title_zh from catalogue.dataset
union select attribute, attribute_title from evidence.conflict where entity_kind = 'person'
"""


def _section(con: duckdb.DuckDBPyConnection, found: re.Match[str]) -> str:
    answer = con.sql(found["sql"])
    columns, rows = answer.columns, answer.fetchall()
    chinese = con.sql(re.findall(r"```sql\n(.*?)```", found["before"], re.S)[1]).columns
    lines = [f"| {' | '.join(columns)} |", "|" + "---|" * len(columns)]
    lines += [f"| {' | '.join('' if v is None else str(v) for v in row)} |" for row in rows[:ROWS]]
    if len(rows) > ROWS:
        lines.append(f"\n… {len(rows)} rows")
    if not rows:
        lines.append("\nNone in the sample city.")
    picture = DOCS / "cookbook" / f"{int(found['number']):02d}.svg"
    picture.unlink(missing_ok=True)
    chart = found["chart"].split()
    if chart and rows:
        label, value = (columns.index(name) for name in chart)
        told = dict(con.sql(TITLES).fetchall())
        drawn = [(told.get(r[label], str(r[label])), r[value]) for r in rows]
        heads = [f"{chinese[i]} {columns[i]}" for i in (label, value)]
        picture.write_text(bars(" · ".join(reversed(found["title"].split(" · "))), heads, drawn), encoding="utf-8")
        lines.append(f"\n![{found['title']}](cookbook/{picture.name})")
    body = "\n".join(lines)
    return f"{found['before']}<!-- result{found['chart']}-->\n{body}\n<!-- end -->"


def bars(title: str, heads: list[str], values: list[tuple[str, Any]]) -> str:
    """A horizontal bar chart as SVG, text as text: it needs no font of ours and is the same on every machine.

    `heads` name labels and values; where there is no value, there is no bar.
    """
    highest = max([float(v) for _, v in values if v is not None] + [1e-9])
    height = TOP + 6 + len(values) * (BAR + GAP)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{LABEL + WIDTH + 90}" height="{height}" font-family="sans-serif" font-size="12">',
        '<rect width="100%" height="100%" fill="#ffffff"/>',
        f'<text x="10" y="20" font-size="14" font-weight="bold" fill="#222222">{escape(title)}</text>',
        f'<text x="{LABEL - 8}" y="{TOP - 10}" text-anchor="end" fill="#767676">{escape(heads[0])}</text>',
        f'<text x="{LABEL}" y="{TOP - 10}" fill="#767676">{escape(heads[1])}</text>',
    ]
    for i, (label, value) in enumerate(values):
        top = TOP + i * (BAR + GAP)
        length = round(max(0.0, float(value or 0)) / highest * WIDTH, 1)
        parts += [
            f'<text x="{LABEL - 8}" y="{top + 13}" text-anchor="end" fill="#444444">{escape(_cut(label))}</text>',
            f'<rect x="{LABEL}" y="{top}" width="{length}" height="{BAR}" rx="2" fill="#3a7ca5"/>',
            f'<text x="{LABEL + length + 6}" y="{top + 13}" fill="#222222">{"–" if value is None else f"{value:,}"}</text>',
        ]
    return "\n".join([*parts, "</svg>\n"])


def _cut(label: str, places: int = 44) -> str:
    """A label that fits left of the bars; Chinese characters take two places."""
    taken = 0
    for i, character in enumerate(label):
        taken += 2 if unicodedata.east_asian_width(character) in "WF" else 1
        if taken > places:
            return label[:i] + "…"
    return label


if __name__ == "__main__":
    main()
