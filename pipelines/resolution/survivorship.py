"""Golden records: the chosen value of every attribute, every claim with why it won or lost, and real disagreements.

Belongs here: running the rules of `rules.py` over the claims of a kind, slice by slice of entities, so that memory is
bounded by a slice. Does not: the rules, or the statements (`sql/`). Claims are columns in DuckDB throughout; no row of a
person ever becomes a Python object.

Kinds build on each other: homes first, then persons (where they live is a home), then enterprises (their legal
representative is a person, their seat a home).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from pipelines.resolution.authority import AUTHORITY
from pipelines.resolution.rules import RULES, attributes
from pipelines.resolution.session import Session, Sink, Source, parquet_writer, pour, statement
from warehouse.model import Home
from warehouse.model.base import GOLDEN, GRID
from warehouse.model.evidence import ATTRIBUTE, CONFLICT
from warehouse.model.link import ENTITY
from warehouse.model.mention import MENTIONS
from warehouse.model.table import Column, Table

SLICE = 400_000
"""Mentions worked on at a time; about ten claims each."""

_ADDRESS = {"person": "residence", "enterprise": "address"}
"""The attribute whose home places an entity of the kind in a grid."""

AUTHORITY_TABLE = Table(
    "stage", "authority", "权威度", "Authority", "one line per role and attribute", (),
    tuple(Column(f.name, f.type, f.name, f.name, nullable=False) for f in AUTHORITY),
)  # fmt: skip


@dataclass(frozen=True)
class Resolved:
    """A kind already resolved: its mentions, the entity of each, and its golden records where they are needed."""

    mentions: Source
    entities: Source
    golden: Source | None = None


@dataclass(frozen=True)
class _Inputs:
    """All a kind's golden records are made of; see `golden`."""

    mentions: Source
    entities: Source
    authority: pa.Table
    housing: Resolved | None
    person: Resolved | None
    grid: Source | None


@dataclass(frozen=True)
class GoldenResult:
    """Golden records, every claim, and every conflict of one kind, each under its contract."""

    golden: pa.Table
    attributes: pa.Table
    conflicts: pa.Table


@dataclass(frozen=True)
class _Sinks:
    golden: Sink
    attribute: Sink
    conflict: Sink


class _Memory:
    """A sink that keeps what it is given."""

    def __init__(self, contract: Table) -> None:
        self.tables = [contract.empty()]

    def write_table(self, table: pa.Table) -> None:
        self.tables.append(table)

    @property
    def table(self) -> pa.Table:
        return pa.concat_tables(self.tables)


def golden(
    kind: str,
    mentions: Source,
    entities: Source,
    authority: pa.Table,
    *,
    housing: Resolved | None = None,
    person: Resolved | None = None,
    grid: Source | None = None,
    threads: int | None = None,
    slice_size: int = SLICE,
) -> GoldenResult:
    """Choose the golden values of a kind, in memory. For a whole city use `write_golden`.

    Args:
        kind: `person`, `housing` or `enterprise`.
        mentions: under `MENTIONS[kind]`; table or Parquet file.
        entities: under `ENTITY`; mentions without a line in it are left out.
        authority: see `pipelines.resolution.authority`.
        housing: homes with their golden records; for persons and enterprises. Without them nobody lives in a known home.
        person: persons with their entities, for enterprises. Without them legal representatives stay names.
        grid: under `GRID` (see `grid_tree`); a grid that is not in it places nobody. Without it nobody is placed.
        threads: of DuckDB; the outcome does not depend on it.
        slice_size: mentions worked on at a time; the outcome does not depend on it.

    Returns:
        Golden records ordered by id; claims by entity, attribute and mention; conflicts by entity, attribute and value.
    """
    gold, claims, conflicts = (_Memory(t) for t in (GOLDEN[kind], ATTRIBUTE, CONFLICT))
    with Session(threads) as session:
        _open(session, kind, _Inputs(mentions, entities, authority, housing, person, grid))
        _survive(session, kind, slice_size, _Sinks(gold, claims, conflicts))
    return GoldenResult(gold.table, claims.table, conflicts.table)


def write_golden(
    home: Home, kind: str, authority: pa.Table, *, threads: int | None = None, slice_size: int = SLICE
) -> dict[str, int]:
    """Choose the golden values of a kind from stage to stage files, in bounded memory.

    Reads `mention`, `entity` of the kind, `base/grid`, and of the kinds before it `mention`, `entity`, `golden`. Writes
    `golden`, `attribute` and `conflict` of the kind.

    Returns:
        Row counts of the three files, by stage name.
    """
    with Session(threads) as session:
        given = _Inputs(
            home.stage("mention", kind),
            home.stage("entity", kind),
            authority,
            resolved(home, "housing") if kind != "housing" else None,
            resolved(home, "person") if kind == "enterprise" else None,
            home.stage("base", "grid"),
        )
        _open(session, kind, given)
        with (
            parquet_writer(home.stage("golden", kind), GOLDEN[kind]) as gold,
            parquet_writer(home.stage("attribute", kind), ATTRIBUTE) as claims,
            parquet_writer(home.stage("conflict", kind), CONFLICT) as conflicts,
        ):
            return _survive(session, kind, slice_size, _Sinks(gold, claims, conflicts))


def resolved(home: Home, kind: str) -> Resolved:
    """A kind's stage files."""
    return Resolved(*(home.stage(stage, kind) for stage in ("mention", "entity", "golden")))


def _open(session: Session, kind: str, given: _Inputs) -> None:
    """Name the inputs and make the small tables all slices share."""
    session.view("mention", given.mentions, MENTIONS[kind])
    session.view("entity", given.entities, ENTITY)
    session.view("grid", given.grid, GRID)
    session.con.register("authority", AUTHORITY_TABLE.conform(given.authority))
    session.con.register("rule", _rules(kind))
    for name, known in (("housing", given.housing), ("person", given.person)):
        session.view(f"{name}_mention", known and known.mentions, MENTIONS[name])
        session.view(f"{name}_entity", known and known.entities, ENTITY)
        session.view(f"{name}_golden", known and known.golden, GOLDEN[name])
    session.con.execute(statement("standard_address"))
    session.table("dwelling_index", "dwelling_index")
    session.table("tree", "leaf")
    session.table("source", "source")
    session.table("trust", "trust")
    if kind == "enterprise":
        session.table("officer", "officer")


def _rules(kind: str) -> pa.Table:
    """The rules as the statements see them: one line per attribute."""
    names = attributes(kind)
    first = {rule.attribute: rule for rule in reversed(RULES[kind])}
    rules = [first[name] for name in names]
    return pa.table(
        {
            "attribute_no": pa.array(range(len(names)), pa.uint8()),
            "attribute": pa.array(names),
            "authority": pa.array([rule.authority or rule.attribute for rule in rules]),
            "half_life": pa.array([rule.half_life for rule in rules]),
            "agreement": pa.array([rule.agreement for rule in rules]),
            "register": pa.array([rule.register for rule in rules]),
            "tolerance": pa.array([rule.tolerance for rule in rules]),
            "is_golden_column": pa.array([name in GOLDEN[kind].names for name in names]),
            "former_no": pa.array([names.index(r.former) if r.former else None for r in rules], pa.uint8()),
            "ended_by_no": pa.array([names.index(r.ended[0]) if r.ended[0] else None for r in rules], pa.uint8()),
            "ended_as": pa.array([rule.ended[1] for rule in rules]),
        }
    )


def _survive(session: Session, kind: str, slice_size: int, sinks: _Sinks) -> dict[str, int]:
    """Run all slices, one after another, into the sinks."""
    session.table("member", "member", slice_size=str(slice_size))
    (slices,) = session.con.sql("select coalesce(max(slice_no) + 1, 0) from member").fetchall()[0]
    counts = {"golden": 0, "attribute": 0, "conflict": 0}
    names = attributes(kind)
    claim = " union all ".join(
        rule.select(names.index(rule.attribute), number) for number, rule in enumerate(RULES[kind])
    )
    chosen = ",\n    ".join(
        f"any_value({{value: value, mention_id: mention_id}}) filter (attribute_no = {number}) as {name}"
        for number, name in enumerate(names)
    )
    for slice_no in range(slices):
        at = {"slice_no": str(slice_no), "kind": kind}
        session.table("addressed", f"addressed_{kind}", **at)
        session.table("place", "place")
        session.table("claimant", f"claimant_{kind}", **at)
        session.con.execute(f"create or replace temp table claim as {claim}")
        session.table("candidate", "candidate")
        session.table("winner", "winner")
        session.table("placement", "placement", address=_ADDRESS.get(kind, ""))
        session.table("verdict", "verdict")
        session.table("conflict", "conflict", **at)
        session.table("size", "size")
        session.table("chosen", "chosen", columns=chosen)
        for stage, query, contract, sink in (
            ("golden", f"golden_{kind}", GOLDEN[kind], sinks.golden),
            ("attribute", "attribute", ATTRIBUTE, sinks.attribute),
        ):
            counts[stage] += pour(session.query(query, **at), contract, sink)
        table = CONFLICT.conform(
            session.con.sql("select * from conflict order by entity_no, attribute, value").to_arrow_table()
        )
        sinks.conflict.write_table(table)
        counts["conflict"] += table.num_rows
    return counts


def inputs(home: Home, kind: str) -> tuple[Path, ...]:
    """The stage files `write_golden` reads for a kind."""
    before = {"housing": (), "person": ("housing",), "enterprise": ("housing", "person")}[kind]
    files = [home.stage("mention", kind), home.stage("entity", kind), home.stage("base", "grid")]
    files += [home.stage(stage, other) for other in before for stage in ("mention", "entity", "golden")]
    return tuple(files)
