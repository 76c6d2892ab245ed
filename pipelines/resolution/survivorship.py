"""Golden records: the chosen value of every attribute, every claim with why it won or lost, and real disagreements.

Belongs here: running the rules of `rules.py` over the claims of a kind, slice by slice of entities, so that memory is
bounded by a slice. Does not: the rules, or the statements (`sql/`, `statements`). Claims are columns in DuckDB throughout; no row of a
person ever becomes a Python object.

Kinds build on each other: homes first, then persons (where they live is a home), then enterprises (their legal
representative is a person, their seat a home); see `DataModel.golden_order`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from pipelines.markers import code_fingerprint
from pipelines.resolution import statements, touched
from pipelines.resolution.authority import AUTHORITY
from pipelines.resolution.rules import rules
from pipelines.resolution.session import BATCH, Session, Sink, Source, pour, statement
from pipelines.resolution.spelling import CLAIMS, ClaimSpelling
from pipelines.resolution.touched import Said
from warehouse.model import Home
from warehouse.model.base import GRID_TREE
from warehouse.model.data_model import HOME, DataModel, shipped
from warehouse.model.evidence import ATTRIBUTE, CONFLICT
from warehouse.model.link import ENTITY
from warehouse.model.table import Column, Table, writing
from warehouse.model.verification import ANSWER

SLICE = 400_000
"""Mentions worked on at a time; about ten claims each."""

KEY = {"golden": 0, "attribute": 1, "conflict": 1}
"""Place of the column with the id of the entity in each file that is written."""

AUTHORITY_TABLE = Table(
    "stage", "authority", "权威度", "Authority", "one line per role and attribute", (),
    tuple(Column(f.name, f.type, f.name, f.name, nullable=False) for f in AUTHORITY),
)  # fmt: skip


@dataclass(frozen=True)
class Resolved:
    """A kind already resolved: its mentions, the entity of each, and its golden records where they are needed.

    `dwellings` is of homes: which one a dwelling key names (`sql/dwelling_index.sql`), where not all of their mentions are given.
    """

    mentions: Source
    entities: Source
    golden: Source | None = None
    dwellings: pa.Table | None = None


@dataclass(frozen=True)
class Answers:
    """What departments said of claims (校核): which ones under `ANSWER`, and the mentions that say what is right."""

    answered: Source
    mentions: Source


@dataclass(frozen=True)
class _Inputs:
    """All a kind's golden records are made of; see `golden`."""

    mentions: Source
    entities: Source
    authority: pa.Table
    known: Mapping[str, Resolved]
    grid: Source | None
    answers: Answers | None = None


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
    """A sink that keeps what it is given, under a contract."""

    def __init__(self, contract: Table) -> None:
        self._contract, self.tables = contract, [contract.empty()]

    def write_table(self, table: pa.Table) -> None:
        self.tables.append(self._contract.conform(table))

    @property
    def table(self) -> pa.Table:
        return pa.concat_tables(self.tables)


def golden(
    kind: str,
    mentions: Source,
    entities: Source,
    authority: pa.Table,
    *,
    known: Mapping[str, Resolved] | None = None,
    grid: Source | None = None,
    answers: Answers | None = None,
    model: DataModel | None = None,
    threads: int | None = None,
    slice_size: int = SLICE,
    said: Said | None = None,
) -> GoldenResult:
    """Choose the golden values of a kind, in memory. For a whole city use `write_golden`.

    Args:
        kind: its name.
        mentions: under the contract of the kind; table or Parquet file.
        entities: under `ENTITY`; mentions without a line in it are left out.
        authority: see `pipelines.resolution.authority`.
        known: kinds resolved before, by name. Without homes nobody lives in a known one; without persons legal
            representatives stay names.
        grid: under `GRID_TREE`; a grid that is not in it places nobody. Without it nobody is placed.
        answers: what departments said of their claims.
        model: the kinds there are; those that are shipped if not given.
        threads: of DuckDB; the outcome does not depend on it.
        slice_size: mentions worked on at a time; the outcome does not depend on it.
        said: takes what is said of every entity; those of which it knows the same are left out.

    Returns:
        Golden records ordered by id; claims by entity, attribute and mention; conflicts by entity, attribute and value.
    """
    model = model or shipped()
    gold, claims, conflicts = (_Memory(t) for t in (model.golden(kind), ATTRIBUTE, CONFLICT))
    with Session(threads) as session:
        _open(session, model, kind, _Inputs(mentions, entities, authority, known or {}, grid, answers))
        _survive(session, model, kind, slice_size, _Sinks(gold, claims, conflicts), said)
    return GoldenResult(gold.table, claims.table, conflicts.table)


def write_golden(
    home: Home, kind: str, authority: pa.Table, *, threads: int | None = None, slice_size: int = SLICE
) -> dict[str, int]:
    """Choose the golden values of a kind from stage to stage files, in bounded memory.

    Entities about which all mentions say what they said the last time keep the rows they have (`touched`). Reads `mention`, `entity`,
    `answer`, `answered` of the kind, `grid/tree`, and of the kinds before it `mention`, `entity`, `golden`. Writes `golden`, `attribute`
    and `conflict` of the kind, the same whatever was kept.

    Returns:
        Row counts of the three files, by stage name.
    """
    with Session(threads) as session:
        given = _Inputs(
            home.stage("mention", kind),
            home.stage("entity", kind),
            authority,
            {other: resolved(home, other) for other in home.data_model.golden_reads(kind)},
            home.stage("grid", "tree"),
            Answers(home.stage("answered", kind), home.stage("answer", kind)),
        )
        model = home.data_model
        _open(session, model, kind, given)
        said = Said.take(home.stage("said", kind), _recipe(session, model, kind))
        contracts = written(model, kind)
        files = {stage: home.stage(stage, kind) for stage in contracts}
        if not all(file.exists() for file in files.values()):
            said.forget()
        fresh = {stage: file.with_name(f".{file.stem}.fresh.writing") for stage, file in files.items()}
        with ExitStack() as open_:
            sinks = (open_.enter_context(writing(fresh[stage], contract)) for stage, contract in contracts.items())
            _survive(session, model, kind, slice_size, _Sinks(*sinks), said)
    kept = said.unaltered()
    counts = {
        stage: touched.put_together(files[stage], fresh[stage], contract, contract.names[KEY[stage]], kept)
        for stage, contract in contracts.items()
    }
    said.keep()
    return counts


def written(model: DataModel, kind: str) -> dict[str, Table]:
    """The stage files of the golden records of a kind, with their contracts."""
    return {"golden": model.golden(kind), "attribute": CLAIMS, "conflict": CONFLICT}


def recipe(home: Home, kind: str, authority: pa.Table) -> str:
    """A fingerprint of all that golden records of a kind depend on beside what is said of them."""
    with Session(1) as session:
        _open_rules(session, home.data_model, kind, authority, home.stage("grid", "tree"))
        return _recipe(session, home.data_model, kind)


def is_known(home: Home, kind: str, authority: pa.Table) -> bool:
    """Whether golden records of a kind can go on from those there are: only entities of which something else is said are weighed."""
    there = all(home.stage(stage, kind).exists() for stage in written(home.data_model, kind))
    return there and touched.is_remembered(home.stage("said", kind), recipe(home, kind, authority))


def _recipe(session: Session, model: DataModel, kind: str) -> str:
    return touched.recipe(session, [code_fingerprint(), *_texts(model, kind)])


def open_empty(session: Session, model: DataModel, kind: str) -> None:
    """Every table the rules of a kind look at, without a row: what its declaration says can be bound against them.

    Raises:
        duckdb.Error: the claimant hook of the kind does not fit.
    """
    empty = _Inputs(model.mention(kind).empty(), ENTITY.empty(), AUTHORITY_TABLE.empty(), {}, None)
    _open(session, model, kind, empty)
    next(_slices(session, model, kind, SLICE))
    _claimants(session, model, kind)


def _slices(session: Session, model: DataModel, kind: str, slice_size: int) -> Iterator[int]:
    """The mentions of every slice in turn, with all columns that are read: `mine`."""
    session.table("numbered", "numbered", slice_size=str(slice_size))
    session.table("member", "member")
    (slices,) = session.con.sql("select coalesce(max(slice_no) + 1, 1) from numbered").fetchall()[0]
    texts = [*_texts(model, kind), statements.addressed(model, kind) or ""]
    return session.deal("mine", statements.mine(statements.columns_read(model, kind, texts)), "slice_no", slices)


def _claimants(session: Session, model: DataModel, kind: str) -> None:
    """The mentions of a slice with all that the rules look at."""
    if addressed := statements.addressed(model, kind):
        session.made("addressed", addressed)
        session.table("place", "place")
    session.made("claimant", statements.claimant(model, kind))


def resolved(home: Home, kind: str) -> Resolved:
    """A kind's stage files."""
    return Resolved(*(home.stage(stage, kind) for stage in ("mention", "entity", "golden")))


def identified(home: Home, kind: str) -> Resolved:
    """A kind's stage files where its golden records are not needed, and need not be there yet."""
    return Resolved(home.stage("mention", kind), home.stage("entity", kind))


def _open(session: Session, model: DataModel, kind: str, given: _Inputs) -> None:
    """Name the inputs and make the small tables all slices share."""
    _open_rules(session, model, kind, given.authority, given.grid)
    _spoken(session, model, kind, given)
    for name in {*model.golden_reads(kind), HOME}:
        known = given.known.get(name)
        session.view(f"{name}_mention", known and known.mentions, model.mention(name))
        session.view(f"{name}_entity", known and known.entities, ENTITY)
        session.view(f"{name}_golden", known and known.golden, model.golden(name))
    if statements.addressed(model, kind):
        _open_addresses(session, given.known.get(HOME))
    session.table("origin", "origin")
    session.table("source", "source")
    session.table("trust", "trust")
    for table in model.kinds[kind].hooks.claimant_tables:
        session.table(table, table)


def _open_addresses(session: Session, homes: Resolved | None) -> None:
    """Which home an address names, for kinds that have one."""
    session.made("home_address", statements.HOME_ADDRESS)
    session.con.execute(statement("standard_address"))
    if homes and homes.dwellings is not None:
        session.con.register("dwelling_index", homes.dwellings)
    else:
        session.table("dwelling_index", "dwelling_index")


def _open_rules(session: Session, model: DataModel, kind: str, authority: pa.Table, grid: Source | None) -> None:
    """Name what golden records depend on beside mentions: rules, authority, the grid tree."""
    session.con.register("rule", _rules(model, kind))
    session.con.register("authority", AUTHORITY_TABLE.conform(authority))
    session.view("grid", grid, GRID_TREE)
    session.table("tree", "leaf")


def _spoken(session: Session, model: DataModel, kind: str, given: _Inputs) -> None:
    """Mentions and entities: those delivered, and those that say what is right, which lie in the entity of the row they mend."""
    answers = given.answers
    session.view("delivered", given.mentions, model.mention(kind))
    session.view("assigned", given.entities, ENTITY)
    session.view("answer", answers and answers.mentions, model.mention(kind))
    session.view("spoken_of", answers and answers.answered, ANSWER)
    session.con.execute(
        "create or replace temp table answered as select s.*, r.attribute_no from spoken_of s join rule r using (attribute)"
    )
    (some,) = session.con.sql("select count(*) > 0 from answer").fetchall()[0]
    more = "from delivered union all by name from answer" if some else "from delivered"
    session.con.execute(f"create or replace temp view mention as {more}")
    more = "union all by name select answer_id as mention_id, e.entity_id, null::double as match_probability from spoken_of join assigned e using (mention_id) where answer_id is not null"
    session.con.execute(f"create or replace temp view entity as from assigned {more if some else ''}")


def _rules(model: DataModel, kind: str) -> pa.Table:
    """The rules as the statements see them: one line per attribute."""
    names = model.attributes(kind)
    first = {rule.attribute: rule for rule in reversed(rules(model, kind))}
    weighed = [first[name].survivorship for name in names]
    ended_by = [s.ended_by for s in weighed]
    return pa.table(
        {
            "attribute_no": pa.array(range(len(names)), pa.uint8()),
            "attribute": pa.array(names, pa.string()),
            "authority": pa.array([first[name].authority for name in names], pa.string()),
            "half_life": pa.array([s.half_life for s in weighed], pa.float64()),
            "agreement": pa.array([s.agreement for s in weighed], pa.float64()),
            "authoritative_from": pa.array([s.authoritative_from for s in weighed], pa.int64()),
            "tolerance": pa.array([s.tolerance for s in weighed], pa.float64()),
            "is_golden_column": pa.array([name in model.golden(kind).names for name in names], pa.bool_()),
            "former_no": pa.array([names.index(s.former) if s.former else None for s in weighed], pa.uint8()),
            "ended_by_no": pa.array([names.index(e.attribute) if e else None for e in ended_by], pa.uint8()),
            "ended_like": pa.array([e.like if e else "" for e in ended_by], pa.string()),
        }
    )


def _texts(model: DataModel, kind: str) -> tuple[str, str, str]:
    """The statements that follow from the declaration of a kind: its claimants, its claims, its golden records."""
    names = model.attributes(kind)
    claim = " union all ".join(
        rule.select(names.index(rule.attribute), number) for number, rule in enumerate(rules(model, kind))
    )
    return statements.claimant(model, kind), claim, statements.golden(model, kind)


def _survive(
    session: Session, model: DataModel, kind: str, slice_size: int, sinks: _Sinks, said: Said | None = None
) -> None:
    """Run all slices, one after another, into the sinks; with `said` only entities about which something else is said."""
    slices = _slices(session, model, kind, slice_size)
    spelling = ClaimSpelling(session, kind, model.attributes(kind))
    _, claim, gold = _texts(model, kind)
    chosen = ",\n    ".join(
        f"any_value({{value: value, mention_id: mention_id}}) filter (attribute_no = {number}) as {name}"
        for number, name in enumerate(model.attributes(kind))
    )
    for _ in slices:
        _claimants(session, model, kind)
        if said and not said.limit_claimants(session, model, kind):
            continue
        session.made("asserted", claim)
        _claims(session)
        session.con.execute(statement("heard"))
        for table in ("agreement", "contest", "candidate", "winner"):
            session.table(table, table)
        _place(session, model, kind)
        session.table("verdict", "verdict")
        session.table("conflict", "conflict", kind=kind)
        session.table("size", "size")
        session.table("chosen", "chosen", columns=chosen)
        pour(session.con.sql(gold), model.golden(kind), sinks.golden)
        for batch in session.query("attribute").to_arrow_reader(BATCH):
            sinks.attribute.write_table(spelling.spell(pa.Table.from_batches([batch])))
        table = CONFLICT.conform(
            session.con.sql("select * from conflict order by entity_no, attribute, value").to_arrow_table()
        )
        sinks.conflict.write_table(table)


def _claims(session: Session) -> None:
    """What mentions assert, and which of it is superseded; where no department spoke of any, none is."""
    (some,) = session.con.sql("select count(*) > 0 from answered").fetchall()[0]
    if some:
        session.table("claim", "claim")
    else:
        session.con.execute("create or replace temp view claim as select *, false as is_superseded from asserted")


def _place(session: Session, model: DataModel, kind: str) -> None:
    """The grid of the home that places an entity; nothing for a kind that is not placed by one."""
    if placed_by := model.kinds[kind].placed_by:
        session.table("placement", "placement", address=placed_by)
    else:
        session.con.execute(
            "create or replace temp table placement as select entity_no, attribute_no, key from winner where false"
        )


def inputs(home: Home, kind: str) -> tuple[Path, ...]:
    """The stage files `write_golden` reads for a kind."""
    files = [home.stage(stage, kind) for stage in ("mention", "entity", "answer", "answered")]
    files += [home.stage("grid", "tree")]
    files += [
        home.stage(stage, other)
        for other in home.data_model.golden_reads(kind)
        for stage in ("mention", "entity", "golden")
    ]
    return tuple(files)
