"""What a delivery costs by how much of the city it changes: matching what changed against matching everything.

usage: python -m benchmarks.increment [--persons N] [--full] [--home DIR]

Writes benchmarks/INCREMENT.md and benchmarks/increment.svg. A city of N persons makes about 6 N mentions; `--full` makes a
million of them. `--home` takes the mention tables of a home that is there already.

Of every kind the same share changes. Of the person mentions a third of it is new, a third withdrawn and a third has another
phone; homes get a slightly other floor area, enterprises another phone. Every run is a process of its own, as a city's is.
Seconds are those of the processor, reading and looking for what changed and writing what was found included. Two things are
told apart: hashing and laying out what matching reads, which the stage that standardises mentions does for all of them in
every run that brings anything (`matching.inputs.mention_index`), and telling later stages all pairs and clusters of mentions, which they want
whole.
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

import duckdb
import matplotlib as mpl

mpl.use("svg")
import matplotlib.pyplot as plt

from benchmarks.city import city
from pipelines.kinds import inputs_of, specification
from pipelines.markers import code_fingerprint
from pipelines.matching.inputs.mention_index import write_mention_index
from pipelines.matching.store.stored_match import StoredMatch
from pipelines.settings import Settings
from pipelines.stages.links import link_mentions
from warehouse.model import Home
from warehouse.model.data_model import shipped

KINDS = ("housing", "enterprise", "person")
SHARES = (0.0, 0.001, 0.01, 0.05, 0.1)
HERE = Path(__file__).parent
Result = TypeVar("Result")

PERSON = """
copy (
    with told as (
        select *, (md5_number(platform || dataset || role || row_key || repeat) % 1000000)::double / 1000000 as place
        from read_parquet('{source}')
    )
    select {columns} from told
    where not (place >= {new} and place < 0.04) and not (place >= 0.5 and place < 0.5 + {part})
    order by mention_id
) to '{out}' (format parquet)
"""
OTHER = """
copy (
    with told as (
        select *, (md5_number(platform || dataset || role || row_key || repeat) % 1000000)::double / 1000000 as place
        from read_parquet('{source}')
    )
    select {columns} from told order by mention_id
) to '{out}' (format parquet)
"""


@dataclass(frozen=True)
class Cost:
    """Processor seconds of one run over all kinds, and what it did."""

    making: float
    matching: float
    telling: float
    mentions: int
    changed: int
    compared: int
    clustered: int


def changed_city(source: Home, out: Home, share: float) -> float:
    """Write the mention tables of `source` with a share of them changed; the same rows for the same share.

    Returns:
        Processor seconds spent on laying out what matching reads of them.
    """
    for kind in KINDS:
        path = out.stage("mention", kind)
        path.parent.mkdir(parents=True, exist_ok=True)
        file = source.stage("mention", kind)
        part = share / 3
        with duckdb.connect() as con:
            con.execute("set enable_progress_bar = false")  # it takes a spawned process for a person's
            names = [c[0] for c in con.sql(f"describe select * from read_parquet('{file}')").fetchall()]
            columns = ", ".join(_column(kind, c, share) for c in names)
            text = PERSON if kind == "person" else OTHER
            con.execute(text.format(source=file, columns=columns, out=path, new=part, part=part))
    mentions = {kind: shipped().mention(kind).read(out.stage("mention", kind)) for kind in KINDS}
    start = time.process_time()
    write_mention_index(out, mentions, {kind: inputs_of(shipped(), kind) for kind in KINDS}, os.cpu_count() or 1)
    return time.process_time() - start


def _column(kind: str, column: str, share: float) -> str:
    if kind == "person" and column == "mention_id":
        return "row_number() over (order by mention_id) - 1 as mention_id"
    if kind == "person" and column == "phone":
        return f"case when place >= 0.7 and place < 0.7 + {share / 3} then '1' || right(phone, 1) || substr(phone, 2, 9) else phone end as phone"
    if kind == "enterprise" and column == "phone":
        return f"case when place < {share} then '1' || right(phone, 1) || substr(phone, 2, 9) else phone end as phone"
    if kind == "housing" and column == "area":
        return f"case when place < {share} then area + 0.3 else area end as area"
    return column


def alone(function: Callable[..., Result], *arguments: object) -> Result:
    """What a function returns in a process of its own."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(function, *arguments).result()


def match(home: Home, making: float) -> Cost:
    """Run the link stages of all kinds; `making`: what laying out the mentions took."""
    settings = Settings(home.root, home)
    code_fingerprint()  # a run has read the code long before
    start = time.process_time()
    told = [link_mentions(settings, kind) for kind in KINDS]
    matching = time.process_time() - start
    start = time.process_time()
    for kind in KINDS:
        stored = StoredMatch.of(home, specification(home.data_model, kind))
        stored.clusters(), stored.pair_tables()
    telling = time.process_time() - start
    return Cost(
        making,
        matching,
        telling,
        *(sum(t[name] for t in told) for name in ("rows", "changed", "pairs_compared", "clustered_again")),
    )


def measure(source: Home, work: Path) -> tuple[Cost, Cost, dict[float, Cost]]:
    """A run that trains, a full run under the held model, and a run per share of change."""
    home = Home(work / "home")
    (work / "home" / "landing").mkdir(parents=True)
    making = alone(changed_city, source, home, 0.0)
    first = alone(match, home, making)
    shutil.rmtree(home.matched("any").parent)
    whole = alone(match, home, making)
    kept, found = work / "kept", {}
    shutil.copytree(home.root / "stage", kept)
    for share in SHARES:
        shutil.rmtree(home.root / "stage")
        shutil.copytree(kept, home.root / "stage")
        making = alone(changed_city, source, home, share)
        found[share] = alone(match, home, making)
    return first, whole, found


def table(first: Cost, whole: Cost, found: dict[float, Cost]) -> str:
    """The figures as Markdown."""
    lines = [
        "# What a delivery costs by how much it changes",
        "",
        f"{first.mentions:,} mentions of all kinds; seconds of one processor. Written by `python -m benchmarks.increment`.",
        "",
        "| run | changed mentions | pairs compared | records clustered | matching, s | of the full run | laying out mentions, s | telling pairs and clusters, s |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
        _line("everything, model trained", first, first),
        _line("everything, model held", whole, first),
        *(
            _line(f"{share:.1%} of rows changed" if share else "nothing new", cost, first)
            for share, cost in found.items()
        ),
        "",
        "*Laying out mentions* is done by the stage that standardises them, for all of them, whenever anything came: hashes by",
        "which matching sees what changed, and the compared columns in a file of which single rows can be read. Matching itself",
        "then looks at integers of every mention and at the texts of those that changed, and of those they share a key with.",
        "What it still does for every mention: one look at its hash, at each of its keys and at each of its pairs, where they lie.",
        "*Telling* is what the stages that come after pay for all clusters and all judged pairs in the numbers of their run,",
        "whatever changed.",
    ]
    return "\n".join(lines) + "\n"


def _line(name: str, cost: Cost, first: Cost) -> str:
    return (
        f"| {name} | {cost.changed:,} | {cost.compared:,} | {cost.clustered:,} | {cost.matching:.2f} | "
        f"{cost.matching / first.matching:.1%} | {cost.making:.2f} | {cost.telling:.2f} |"
    )


def plot(first: Cost, whole: Cost, found: dict[float, Cost], path: Path) -> None:
    """Cost against change."""
    figure, axes = plt.subplots(figsize=(7, 4.2))
    shares = [s for s in found if s]
    axes.plot([100 * s for s in shares], [found[s].matching for s in shares], "o-", label="what changed")
    axes.axhline(first.matching, color="tab:red", label="everything, model trained")
    axes.axhline(whole.matching, color="tab:orange", linestyle="--", label="everything, model held")
    axes.axhline(0.05 * first.matching, color="tab:grey", linestyle=":", label="5 % of everything")
    axes.set(xscale="log", yscale="log", xlabel="mentions changed, %", ylabel="matching, processor seconds")
    axes.set_title(f"Cost of a delivery, {first.mentions:,} mentions")
    axes.grid(alpha=0.3)
    axes.legend()
    figure.tight_layout()
    with mpl.rc_context({"svg.hashsalt": "increment"}):
        figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


def main() -> None:
    """Measure and write the table and the plot."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--persons", type=int, default=17_000, help="persons of the city; about 100,000 mentions")
    parser.add_argument("--full", action="store_true", help="a city of 170,000 persons: a million mentions")
    parser.add_argument("--home", type=Path, help="take the mention tables of this home instead")
    options = parser.parse_args()
    source = Home(options.home) if options.home else city(170_000 if options.full else options.persons, 1)[0]
    with tempfile.TemporaryDirectory() as work:
        first, whole, found = measure(source, Path(work))
    text = table(first, whole, found)
    (HERE / "INCREMENT.md").write_text(text, encoding="utf-8")
    plot(first, whole, found, HERE / "increment.svg")
    print(text)


if __name__ == "__main__":
    main()
