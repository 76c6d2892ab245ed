"""Stable identity: which id every cluster of mentions carries, run after run.

An entity keeps its id while any of its mentions lives (a mention is the same across runs where platform, dataset, role,
row key and repeat are the same, or where a row of which only its content is known says at least three of the same things,
a name or a number among them). Where clusters changed:

- **new**: a cluster none of whose mentions had an id is born with the next number;
- **merge**: the id that is oldest (by run), then has most mentions in the cluster, stays; the others are retired with a
  redirect that follows their mentions: to it, and where it comes apart again to whoever holds them then;
- **split**: the part with most of the id's mentions keeps it; the other parts are born;
- **withdrawn**: an id without living mentions is retired. A retired id is never given again, not even to the same mentions
  if they come back.

Belongs here: the rule and what the next run must remember. Does not: the shape of ids (`ids`).
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.resolution import ids
from pipelines.resolution.session import Session, Source, pour
from warehouse.model import Home
from warehouse.model.data_model import DataModel, shipped
from warehouse.model.durable import aside, put_in_place, write_whole
from warehouse.model.link import CLUSTER, ENTITY, HISTORY, REDIRECT
from warehouse.model.mention import MENTION_HEAD
from warehouse.model.table import Column, Table

_IDENTITY = ("platform", "dataset", "role", "row_key", "repeat")

_KEY = f"hash({', '.join(_IDENTITY)})"
"""What mentions are joined by: an integer in the place of five texts. No two mentions of a run share it (`mention_index`), so that
at worst, once in some 10⁹ runs, a new mention goes on from one that has gone."""

THINGS = ("name", "number", "thing_1", "thing_2", "thing_3")
"""What a mention tells of its entity, see `Kind.tells`."""

REGISTER = Table(
    "stage",
    "identity",
    "编号登记",
    "Register of ids: what the next run remembers of every mention",
    "one row per mention of one kind",
    _IDENTITY,
    (
        *(column for column in MENTION_HEAD if column.name in _IDENTITY),
        Column("entity_id", pa.string(), "实体编号", "Entity the mention belonged to in the last run", nullable=False),
        Column("born", pa.int64(), "诞生轮次", "Run in which that id was first given, from 0", nullable=False),
        *(
            Column(thing, pa.string(), "所述", "What the mention told, see `Kind.tells`", personal=True)
            for thing in THINGS
        ),
    ),
)


MOVED = Table(
    "stage",
    "moved",
    "退役编号的提及",
    "Mentions of retired ids: where they are now is where the id leads to",
    "one row per retired id of one kind and mention it had when it was retired",
    ("old_id", *_IDENTITY),
    (
        Column("old_id", pa.string(), "退役编号", "The retired id", nullable=False),
        *(column for column in MENTION_HEAD if column.name in _IDENTITY),
    ),
)


@dataclass(frozen=True)
class Former:
    """What the runs before left: register, redirects and history so far, and the counters.

    Attributes:
        register: under `REGISTER`; a line per mention.
        moved: under `MOVED`.
        redirects: under `REDIRECT`.
        history: under `HISTORY`.
        next_number: first running number that was never given.
        runs: runs so far.
    """

    register: Source
    moved: pa.Table
    redirects: pa.Table
    history: pa.Table
    next_number: int
    runs: int


@dataclass(frozen=True)
class Assignment:
    """The ids of one run.

    Attributes:
        entities: under `ENTITY`, ordered by mention.
        redirects: all redirects that hold: to the ids that hold the mentions now.
        history: the whole story, this run's events added.
        register: what the next run needs, ordered by mention; a file where it was asked for.
        moved: that too: the mentions of retired ids.
        next_number: first running number that was never given.
        runs: runs so far, this one counted.
    """

    entities: pa.Table
    redirects: pa.Table
    history: pa.Table
    register: Source
    moved: pa.Table
    next_number: int
    runs: int

    @property
    def former(self) -> Former:
        """This run as the next one sees it."""
        return Former(self.register, self.moved, self.redirects, self.history, self.next_number, self.runs)


def assign_entities(
    kind: str,
    mentions: Source,
    clusters: Source,
    former: Former | None,
    release: str,
    *,
    model: DataModel | None = None,
    threads: int | None = None,
    register: Path | None = None,
) -> Assignment:
    """Give every cluster its id.

    Args:
        kind: its name.
        mentions: under the contract of the kind; the head columns and those it `tells` are read.
        clusters: under `CLUSTER`; one line for every mention.
        former: what the run before left; none in a fresh home.
        release: version of the release this run makes, for redirects and history.
        model: the kinds there are; those that are shipped if not given.
        threads: of DuckDB; the outcome does not depend on it.
        register: file the register is written to; it is kept in memory if not given.

    Raises:
        ValueError: clusters and mentions do not hold the same mentions.
    """
    model = model or shipped()
    past = former or Former(REGISTER.empty(), MOVED.empty(), REDIRECT.empty(), HISTORY.empty(), 0, 0)
    with Session(threads) as session:
        session.view("mention", mentions, model.mention(kind))
        session.view("cluster", clusters, CLUSTER)
        session.view("past", past.register, REGISTER)
        session.made("register", f"select {_KEY} as key, * from past")
        _refuse_gaps(session, kind)
        tells = model.kinds[kind].tells or ("null",) * len(THINGS)
        told = ", ".join(f"cast({e} as varchar) as {t}" for e, t in zip(tells, THINGS, strict=True))
        session.table("told", "identity_told", key=_KEY, things=told)
        session.table("successor", "identity_successor")
        session.table("clustered", "identity_clustered")
        session.table("overlap", "identity_overlap")
        heirs = _inherit(session.con.sql("select * from overlap order by all").to_arrow_table(), model.prefixes[kind])
        session.con.register("heir", heirs)
        newborn = session.query("identity_newborn").to_arrow_table()
        numbers = np.arange(past.next_number, past.next_number + newborn.num_rows, dtype=np.int64)
        session.con.register(
            "born",
            pa.table(
                {
                    "cluster_id": newborn["cluster_id"].combine_chunks(),
                    "entity_id": ids.encode(model.prefixes[kind], numbers),
                }
            ),
        )
        session.con.register("redirect", REDIRECT.conform(past.redirects))
        session.con.register("story", HISTORY.conform(past.history))
        session.table("named", "identity_named", run=str(past.runs))
        session.table("fate", "identity_fate")
        session.con.register("moved", MOVED.conform(past.moved))
        session.table("moved_now", "identity_moved")
        text = {"kind": kind, "release": release.replace("'", "''")}
        next_number, runs = past.next_number + newborn.num_rows, past.runs + 1
        return Assignment(
            entities=ENTITY.conform(session.query("identity_entity").to_arrow_table()),
            redirects=REDIRECT.conform(session.query("identity_redirect", **text).to_arrow_table()),
            history=HISTORY.conform(session.query("identity_history", **text).to_arrow_table()),
            register=_register(session, register, _counters(next_number, runs)),
            moved=MOVED.conform(session.con.sql("from moved_now order by all").to_arrow_table()),
            next_number=next_number,
            runs=runs,
        )


def _register(session: Session, path: Path | None, counters: Mapping[str, str]) -> Source:
    """What the next run must know of every mention; that of a large city takes gigabytes in memory."""
    lines = session.query("identity_register")
    if path is None:
        return REGISTER.conform(lines.to_arrow_table())
    with _register_file(path, counters) as file:
        pour(lines, REGISTER, file)
    return path


def _register_file(path: Path, counters: Mapping[str, str]) -> pq.ParquetWriter:
    """A register to be written, the counters in its schema."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return pq.ParquetWriter(path, REGISTER.arrow.with_metadata(counters), compression="zstd", compression_level=1)


def _refuse_gaps(session: Session, kind: str) -> None:
    (astray,) = session.con.sql(
        "select count(*) from mention m full join cluster c using (mention_id) where m.role is null or c.cluster_id is null"
    ).fetchall()[0]
    if astray:
        raise ValueError(f"{kind}: {astray} mentions are in only one of mention and cluster; match all mentions first")


def _inherit(overlap: pa.Table, prefix: str) -> pa.Table:
    """Which cluster keeps which former id: at most one each way.

    Args:
        overlap: `cluster_id, entity_id, born, shared`: mentions of a former id now in a cluster, ordered.
        prefix: letter of the ids.

    Returns:
        `cluster_id, entity_id`. Pairs are taken oldest id first, then by most shared mentions, then by the id's number,
        then by the cluster. Almost all ids and clusters have one partner only and are settled as columns.
    """
    c, e = (_codes(overlap[name]) for name in ("cluster_id", "entity_id"))
    shared, born = overlap["shared"].to_numpy(), overlap["born"].to_numpy()
    alone = (np.bincount(c)[c] == 1) & (np.bincount(e)[e] == 1) if len(c) else np.zeros(0, dtype=bool)
    taken = np.flatnonzero(alone).tolist()
    rest = np.flatnonzero(~alone)
    if len(rest):
        numbers = ids.decode(prefix, overlap["entity_id"].take(pa.array(rest)))
        rest = rest[np.lexsort((overlap["cluster_id"].to_numpy()[rest], numbers, -shared[rest], born[rest]))]
        taken += _first_come(rest, c, e)
    return overlap.select(["cluster_id", "entity_id"]).take(pa.array(sorted(taken), pa.int64()))


def _codes(column: pa.ChunkedArray) -> npt.NDArray[np.int32]:
    encoded = column.combine_chunks().dictionary_encode()
    return encoded.indices.to_numpy(zero_copy_only=False)


def _first_come(order: npt.NDArray[np.int64], left: npt.NDArray[np.int32], right: npt.NDArray[np.int32]) -> list[int]:
    """Edges taken greedily in order, no end used twice."""
    used_left: set[int] = set()
    used_right: set[int] = set()
    taken = []
    for edge in order.tolist():
        if left[edge] not in used_left and right[edge] not in used_right:
            used_left.add(left[edge])
            used_right.add(right[edge])
            taken.append(edge)
    return taken


def write_assignment(home: Home, kind: str, assignment: Assignment, release: str) -> dict[str, int]:
    """Write the ids of one kind: `entity`, `redirect` and `history` of the kind, and what the next run needs; a register that is a file
    is moved to its place.

    What the next run needs is kept under the release's name and counts only once `commit_identity` says that the release
    was published: a run that fails leaves the memory of the run before it.

    Returns:
        Row counts by stage name.
    """
    counts = {
        "entity": ENTITY.write(assignment.entities, home.stage("entity", kind)),
        "redirect": REDIRECT.write(assignment.redirects, home.stage("redirect", kind)),
        "history": HISTORY.write(assignment.history, home.stage("history", kind)),
    }
    MOVED.write(assignment.moved, memory(home, release, f"{kind}_moved"))
    REDIRECT.write(assignment.redirects, memory(home, release, f"{kind}_redirect"))
    HISTORY.write(assignment.history, memory(home, release, f"{kind}_history"))
    path = memory(home, release, kind)
    written = assignment.register
    if not isinstance(written, Path):
        with _register_file(aside(path), _counters(assignment.next_number, assignment.runs)) as file:
            file.write_table(written)
        written = aside(path)
    put_in_place(written, path)
    return counts


def _counters(next_number: int, runs: int) -> dict[str, str]:
    return {"next_number": str(next_number), "runs": str(runs)}


def register_aside(home: Home, kind: str, release: str) -> Path:
    """Where `assign_entities` may write the register of a kind, beside its place."""
    return aside(memory(home, release, kind))


def commit_identity(home: Home, release: str) -> None:
    """Let the ids of this release be what the next run starts from, for all kinds at once; call it when it is published.

    Raises:
        FileNotFoundError: no ids were written under that release.
    """
    if not memory(home, release, "any").parent.is_dir():
        raise FileNotFoundError(f"no ids were assigned for release {release}")
    pointer = _pointer(home)
    write_whole(pointer, json.dumps({"release": release}).encode())
    for folder in memories(home).iterdir():
        if folder.is_dir() and folder.name != release:
            shutil.rmtree(folder)


def committed(home: Home) -> str | None:
    """The release whose ids the next run starts from; none in a fresh home."""
    if not _pointer(home).exists():
        return None
    return str(json.loads(_pointer(home).read_text(encoding="utf-8"))["release"])


def memory(home: Home, release: str, name: str) -> Path:
    """Where a run keeps what the next one needs, under the release's name: it counts once that release is committed."""
    return home.stage("identity", f"{release}/{name}")


def memories(home: Home) -> Path:
    """The folder of all that runs keep for the next one, and of which release's counts."""
    return _pointer(home).parent


def has_memory(home: Home, release: str) -> bool:
    """Whether the ids of that release, of every kind, can still be committed."""
    return all(memory(home, release, kind).exists() for kind in home.data_model.kinds)


def read_former(home: Home, kind: str) -> Former | None:
    """What the last published run left in this home; none in a fresh home, or for a kind it did not know."""
    release = committed(home)
    if release is None:
        return None
    path = memory(home, release, kind)
    if not path.exists():
        return None
    counters = pq.read_schema(path).metadata
    moved = memory(home, release, f"{kind}_moved")  # not there in a home of an earlier version
    return Former(
        register=path,
        moved=MOVED.read(moved) if moved.exists() else MOVED.empty(),
        redirects=REDIRECT.read(memory(home, release, f"{kind}_redirect")),
        history=HISTORY.read(memory(home, release, f"{kind}_history")),
        next_number=int(counters[b"next_number"]),
        runs=int(counters[b"runs"]),
    )


def was_given(home: Home, entity_id: str) -> bool:
    """Whether a release of this home, be it kept or not, has ever given this id, which is valid."""
    prefixes, release = home.data_model.prefixes, committed(home)
    kind = ids.kind_of(prefixes, entity_id)
    path = memory(home, release, kind) if kind and release else None
    if kind is None or path is None or not path.exists():
        return False
    (number,) = ids.decode(prefixes[kind], pa.array([entity_id])).tolist()
    return bool(number < int(pq.read_schema(path).metadata[b"next_number"]))


def _pointer(home: Home) -> Path:
    return home.stage("identity", "published").with_suffix(".json")
