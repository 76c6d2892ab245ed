"""One Network beside what a team would build instead, in one run: `python -m benchmarks.baseline --persons 20000`.

Both get the same mentions of one sample city. One Network runs its whole job, the baseline of `baseline_build` runs linkage, golden
records, relations and extracts; each in a process of its own, part after part. Writes benchmarks/BASELINE.md.
"""

from __future__ import annotations

import argparse
import gc
import multiprocessing
import os
import resource
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import duckdb
import numpy as np
import pyarrow as pa

from benchmarks.accuracy import Ints, Scores, scores, true_ids
from benchmarks.survivorship import FOLDED, TRUE_VALUES
from connectors.sample import write_city
from pipelines.settings import Settings
from warehouse.model import Home

T = TypeVar("T")

RESULT = Path(__file__).with_name("BASELINE.md")
KINDS = ("housing", "enterprise", "person")
THRESHOLDS = (0.5, 0.8, 0.9, 0.95, 0.99, 0.999)
USUAL = 0.95
ENTITY, RELATION, EXTRACT, REST = "entity ids", "relations", "extracts", "the rest of the run"
LAYOUT = "columns laid out for linkage"
PARTS = (LAYOUT, *(f"link {k}" for k in KINDS), ENTITY, *(f"golden {k}" for k in KINDS), RELATION, EXTRACT)
OURS = {"entity": ENTITY, "relation": RELATION, "extract": EXTRACT}

GOLDEN_RIGHT = """
with entity as (select c.entity, mode(t.true_id) as true_id from cluster c join truth t using (mention_id) where t.true_id >= 0 group by all)
select count(*), avg((folded(g.value) = folded(t.value))::int)
from (unpivot (select entity, {columns} from golden) on {names} into name attribute value value) g
join entity e using (entity)
join true_value t on t.entity_id = '{letter}' || lpad(e.true_id::varchar, 9, '0') and t.attribute = g.attribute
where t.kind = '{kind}' and t.value is not null
"""
JUDGED = {
    "housing": ("unit_number",),
    "enterprise": ("name", "credit_code", "phone", "legal_rep_name"),
    "person": ("name", "id_number", "sex", "birth_date", "phone", "ethnicity"),
}

LACKS = """
| | One Network | baseline |
|---|---|---|
| kinds | eight; columns laid out, entity ids, relations and extracts cost above what all eight cost | homes, firms, persons |
| standardising, mentions | part of the run | takes the finished mentions |
| threshold of linkage | set by the kind's specification | **the one that scores best against the truth**, which no team knows |
| nobody has two identity numbers, no home two unit numbers | held in every cluster | no |
| questions for people, their judgements, corrections sent back | `onenet review`, `evidence.judgement`, `quality.verification_request` | no |
| ids | last from day to day, with redirects and history | those of the day: named after one mention of the cluster |
| the next day | from what changed | everything again |
| golden values | with provenance, validity rules, certainty, reliability of sources | the value alone, by the platforms' declared authority |
| conflicts | which departments disagree, since when, who is likely right | a mark in the extract |
| addresses of persons | residence and registered address, each with its home | the most trusted address |
| checks of landing, stages and release; balance sheet | yes | no |
| masks and entitlements per department | yes | **every department gets every golden value** |
| workbooks, duplicates, own-only rows, work lists, rejected rows | yes, beside CSV and Parquet | CSV and Parquet of the own rows |
| release: one library, swapped in at once, with rollback | yes | no |
"""


@dataclass(frozen=True)
class Cost:
    """Seconds on the clock, seconds of the processor, peak memory of the process in MiB."""

    wall: float
    cpu: float
    peak: float


@dataclass
class Side:
    """What one side cost, how right its clusters and golden values are, and how much it handed over."""

    costs: dict[str, Cost] = field(default_factory=dict)
    scores: dict[str, Scores] = field(default_factory=dict)
    usual: dict[str, Scores] = field(default_factory=dict)
    thresholds: dict[str, float] = field(default_factory=dict)
    golden: dict[str, tuple[int, float]] = field(default_factory=dict)
    mentions: dict[str, int] = field(default_factory=dict)
    handed: str = ""

    def measure(self, part: str, work: Callable[[], T]) -> T:
        """Do a part and note what it cost; the same part again adds up."""
        gc.collect()
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # the peak begins anew
        wall, cpu = time.perf_counter(), _cpu()
        out = work()
        before = self.costs.get(part, Cost(0, 0, 0))
        self.costs[part] = Cost(
            before.wall + time.perf_counter() - wall, before.cpu + _cpu() - cpu, max(before.peak, _peak())
        )
        return out


def _cpu() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def _peak() -> float:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return float(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) / 1024


def _truth(home: Home, kind: str, truth: Path) -> Ints:
    return true_ids(home.data_model.mention(kind).read(home.stage("mention", kind)), kind, truth)


def golden_right(home: Home, kind: str, truth: Path, golden: pa.Table, cluster: pa.Table) -> tuple[int, float]:
    """How many golden values the truth knows, and the share that is right.

    Args:
        home: where the mentions are.
        kind: of which kind.
        truth: folder of what is true of the city.
        golden: `entity` and a column for each attribute.
        cluster: `mention_id`, `entity`; every entity is judged as the one most of its mentions are of.
    """
    columns = JUDGED[kind]
    with duckdb.connect() as con:
        con.execute(FOLDED)
        con.register("golden", golden)
        con.register("cluster", cluster)
        con.register(
            "truth", pa.table({"mention_id": pa.array(cluster["mention_id"]), "true_id": _truth(home, kind, truth)})
        )
        places = home.stage("golden", "housing").parent
        con.execute(f"create table true_value as {TRUE_VALUES.format(golden=places, truth=truth)}")
        values = ", ".join(f"{name}::varchar as {name}" for name in columns)
        letter = kind[0].upper()
        return con.sql(
            GOLDEN_RIGHT.format(columns=values, names=", ".join(columns), letter=letter, kind=kind)
        ).fetchall()[0]


def run_one_network(inbox: Path, root: Path, truth: Path) -> Side:
    """The main job stage by stage; what the baseline has no part for is `REST`."""
    from benchmarks.stages import stages
    from pipelines.kinds import inputs_of
    from pipelines.matching.inputs.mention_index import MentionTables, write_mention_index

    settings, side = Settings(inbox, Home(root)), Side()
    home = settings.home
    for name, work in stages(settings):
        stage, _, kind = name.partition("/")
        part = f"{stage} {kind}" if kind in KINDS and stage in ("link", "golden") else OURS.get(stage, REST)
        side.measure(part, work)
    model, mentions = home.data_model, MentionTables(home)
    inputs = {kind: inputs_of(model, kind) for kind in model.order}
    aside, threads = Home(root / "laid_out", model), os.cpu_count() or 1
    side.measure(LAYOUT, lambda: write_mention_index(aside, mentions, inputs, threads))
    for kind in KINDS:
        with duckdb.connect() as con:
            named = f"select mention_id, entity_id as entity from '{home.stage('entity', kind)}' order by mention_id"
            cluster = con.sql(named).to_arrow_table()
            golden = con.sql(f"select {kind}_id as entity, * from '{home.stage('golden', kind)}'").to_arrow_table()
        _, number = np.unique(np.asarray(cluster["entity"]).astype(str), return_inverse=True)
        side.scores[kind] = scores(number, _truth(home, kind, truth))
        side.golden[kind] = golden_right(home, kind, truth, golden, cluster)
    side.handed = _handed(root / "extracts")
    return side


def run_baseline(root: Path, out: Path, truth: Path) -> Side:
    """The parts of `baseline_build`. Its threshold is searched for outside of what is measured."""
    from benchmarks import baseline_build as build
    from connectors.registry import load_platforms
    from pipelines.resolution.authority import authority_table

    home, side, threads = Home(root), Side(), os.cpu_count() or 1
    con = build.connect(home, authority_table(home.data_model, load_platforms()), threads)
    for kind in KINDS:
        known = _truth(home, kind, truth)
        side.mentions[kind] = len(known)
        peer = side.measure(f"link {kind}", lambda kind=kind: build.link(con, kind, threads, USUAL))
        tried = {}
        for threshold in THRESHOLDS:
            build.cluster(con, kind, peer, threshold)
            clusters = con.sql(f"select cluster_id from cluster_{kind} order by mention_id").to_arrow_table()
            tried[threshold] = scores(np.asarray(clusters["cluster_id"]), known)
        best = max(tried, key=lambda threshold: tried[threshold].f1)
        build.cluster(con, kind, peer, best)
        side.thresholds[kind], side.scores[kind], side.usual[kind] = best, tried[best], tried[USUAL]
        del peer
    for kind in KINDS:
        side.measure(f"golden {kind}", lambda kind=kind: build.choose_golden(con, kind))
        golden = con.sql(f"select cluster_id as entity, * from golden_{kind}").to_arrow_table()
        query = f"select mention_id, cluster_id as entity from cluster_{kind} order by mention_id"
        side.golden[kind] = golden_right(home, kind, truth, golden, con.sql(query).to_arrow_table())
    side.measure(RELATION, lambda: build.relate(con))
    side.measure(EXTRACT, lambda: build.extract(con, home, out))
    side.handed = _handed(out)
    return side


def _handed(folder: Path) -> str:
    files = [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    return f"{len(files)} files, {sum(path.stat().st_size for path in files) / 1e6:,.1f} MB"


def _alone(run: Callable[..., Side], *paths: Path) -> Side:
    """A side in a process of its own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(run, paths)


def table(ours: Mapping[str, Cost], theirs: Mapping[str, Cost]) -> list[str]:
    """What every part cost on both sides, as Markdown; a dash where a side has no such part."""

    def cells(cost: Cost | None) -> str:
        return f"{cost.cpu:.1f} | {cost.wall:.1f} | {cost.peak:,.0f}" if cost else "– | – | –"

    def total(costs: Mapping[str, Cost]) -> str:
        some = [costs[part] for part in PARTS if part in costs]
        return f"**{sum(c.cpu for c in some):.1f}** | **{sum(c.wall for c in some):.1f}** | **{max(c.peak for c in some):,.0f}**"

    return [
        "| part | One Network, CPU s | wall, s | peak, MiB | baseline, CPU s | wall, s | peak, MiB |",
        "|---|--:|--:|--:|--:|--:|--:|",
        *(f"| {part} | {cells(ours.get(part))} | {cells(theirs.get(part))} |" for part in PARTS),
        f"| **these parts** | {total(ours)} | {total(theirs)} |",
        f"| {REST} | {cells(ours.get(REST))} | {cells(None)} |",
    ]


def accuracy(ours: Side, theirs: Side) -> list[str]:
    """Pairs of mentions and golden values against the truth, as Markdown."""

    def shares(s: Scores) -> str:
        return f"{s.precision:.4f} | {s.recall:.4f} | {s.f1:.4f}"

    return [
        "| kind | mentions | One Network, P | R | F1 | baseline, P | R | F1 | at threshold | F1 at 0.95 |",
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
        *(
            f"| {k} | {theirs.mentions[k]:,} | {shares(ours.scores[k])} | {shares(theirs.scores[k])}"
            f" | {theirs.thresholds[k]:g} | {theirs.usual[k].f1:.4f} |"
            for k in KINDS
        ),
        "",
        "| golden values the truth knows | One Network, values | right | baseline, values | right |",
        "|---|--:|--:|--:|--:|",
        *(
            f"| {k}: {', '.join(JUDGED[k])} | {ours.golden[k][0]:,} | {ours.golden[k][1]:.4f}"
            f" | {theirs.golden[k][0]:,} | {theirs.golden[k][1]:.4f} |"
            for k in KINDS
        ),
    ]


def report(persons: int, seed: int, ours: Side, theirs: Side) -> str:
    """The result file."""
    lines = [
        f"# One Network beside what a team would build instead, on a sample city of {persons:,} people",
        "",
        f"`python -m benchmarks.baseline --persons {persons} --seed {seed}`, {os.cpu_count()} cores. The baseline is `benchmarks/baseline_build.py`: "
        "Splink 5 on DuckDB for homes, firms and persons, then golden records, relations and one CSV and Parquet file per department and dataset "
        "by SQL in DuckDB, out of the same mentions. Each side is a process of its own and does part after part; imports are not counted. "
        "Peak memory is that of the whole process while the part is done, with what earlier parts left. "
        f"*{LAYOUT.capitalize()}*: One Network does it while it writes mentions, here it is done once more to be measured; the baseline does it inside its linkage. **The baseline does less: see the last table before comparing.**",
        "",
        *table(ours.costs, theirs.costs),
        "",
        f"Handed to departments: One Network {ours.handed}; baseline {theirs.handed}.",
        "",
        "## Against the truth",
        "",
        "Clusters by pairs of mentions, as `benchmarks/accuracy.py` counts them. A golden value is judged by the entity most of its mentions are of; "
        "an entity that is split counts as often as there are parts of it.",
        "",
        *accuracy(ours, theirs),
        "",
        "## What is not alike",
        LACKS.rstrip(),
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Write the city, run both sides, write the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--persons", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--work", type=Path, default=Path(__file__).parent / ".work" / "baseline")
    parser.add_argument("--out", type=Path, default=RESULT)
    given = parser.parse_args()
    city, home, out = given.work / f"city-{given.persons}-{given.seed}", given.work / "home", given.work / "extracts"
    if not (city / "truth").is_dir():
        write_city(given.persons, given.seed, city)
    for folder in (home, out):
        shutil.rmtree(folder, ignore_errors=True)
    os.environ.setdefault("ONENET_TOKEN_KEY", "baseline-baseline-baseline-baseline")
    ours = _alone(run_one_network, city / "deliveries", home, city / "truth")
    theirs = _alone(run_baseline, home, out, city / "truth")
    given.out.write_text(report(given.persons, given.seed, ours, theirs), encoding="utf-8")
    print(given.out.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
