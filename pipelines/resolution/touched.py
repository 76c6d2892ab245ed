"""Which entities must be weighed again, and where their new rows stand among the others'.

Belongs here: telling entities about which all mentions say what they said the last time, and putting stage files together. Does
not: weighing (`survivorship`).

All that the rules look at is one table, `claimant`: a line per mention, with the place its address names and whoever its row is tied
to. So an entity has the same golden record, claims and conflicts as long as the lines of its mentions are the same. The sum of
their hashes is kept with the stage files. Mentions are numbered anew in every run, in an order that follows from their lines, so
numbers do not count.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipelines.resolution.session import Session
from warehouse.model.data_model import HOME, DataModel
from warehouse.model.durable import aside, put_in_place
from warehouse.model.table import CODE, Table, parquet_writer

SAID = pa.schema([pa.field("entity_id", pa.string(), nullable=False), pa.field("said", pa.string(), nullable=False)])
RECIPE = b"recipe"
ANSWERED = """
    create or replace temp view answered_said as
    select mention_id, string_agg(told, '|' order by told) as said
    from (
        select mention_id, concat_ws(' ', attribute, supersedes, own_value) as told from answered
        union all
        select answer_id, attribute from answered where answer_id is not null
    )
    group by mention_id
"""
"""What departments said of the claims of a mention (校核), or of which attribute a mention says what is right."""
NUMBERS = ("mention_id", "entity_no", "source_no", "origin_no")


class Said:
    """What the mentions of every entity of a kind said when it was last weighed, and what they say now.

    Both are kept under a fingerprint of all else that golden records depend on.
    """

    def __init__(self, path: Path, recipe: str, former: pa.Table) -> None:
        self._path, self._recipe = path, recipe
        self._former, self._now = former, [SAID.empty_table()]

    @classmethod
    def take(cls, path: Path, recipe: str) -> Said:
        """Read what is kept and remove it: should the run be killed, nothing is known until `keep`."""
        former = SAID.empty_table()
        if path.exists():
            with pq.ParquetFile(path) as held:
                if (held.schema_arrow.metadata or {}).get(RECIPE) == recipe.encode():
                    former = held.read().replace_schema_metadata()
            path.unlink()
        return cls(path, recipe, former)

    @classmethod
    def nothing(cls) -> Said:
        """Of no entity is it known what was said, and nothing is kept."""
        return cls(Path(), "", SAID.empty_table())

    def forget(self) -> None:
        """Of no entity is it known what was said: all are weighed."""
        self._former = SAID.empty_table()

    def limit_claimants(self, session: Session, model: DataModel, kind: str) -> bool:
        """Leave in `claimant` only the mentions of entities of which something else is said; whether there are any."""
        now = _said(session, model, kind)
        self._now.append(now)
        if not self._former.num_rows:
            return True
        con = session.con
        con.register("said_now", now)
        con.register("said_former", self._former)
        con.execute(
            "create or replace temp table weighed as "
            "select n.entity_no from said_now join numbered n using (entity_id) anti join said_former using (entity_id, said)"
        )
        con.execute("create or replace temp table claimant as from claimant semi join weighed using (entity_no)")
        con.unregister("said_now")
        con.unregister("said_former")
        return bool(con.sql("select count(*) > 0 from weighed").fetchall()[0][0])

    @property
    def now(self) -> pa.Table:
        """What is said now, under `SAID`."""
        return pa.concat_tables(self._now)

    def unaltered(self) -> pa.Array:
        """Ids of the entities of which the same is said."""
        same = self.now.join(self._former, ["entity_id", "said"], join_type="left semi")
        return same["entity_id"].combine_chunks()

    def keep(self) -> None:
        """Remember what is said now; the stage files are in place."""
        remember(self._path, self._recipe, [self.now])


def remember(path: Path, recipe: str, tables: Iterable[pa.Table]) -> None:
    """Write what is said, under `SAID` and ordered by entity, for the next run."""
    path.parent.mkdir(parents=True, exist_ok=True)
    schema = SAID.with_metadata({RECIPE: recipe.encode()})
    with pq.ParquetWriter(aside(path), schema, compression="zstd", compression_level=1) as file:
        for table in tables:
            file.write_table(table.replace_schema_metadata(schema.metadata))
    put_in_place(aside(path), path)


def is_remembered(path: Path, recipe: str) -> bool:
    """Whether what was said under this recipe is kept."""
    return path.exists() and (pq.read_schema(path).metadata or {}).get(RECIPE) == recipe.encode()


def _said(session: Session, model: DataModel, kind: str) -> pa.Table:
    """What the mentions of every entity in `claimant` say, ordered by entity; under `SAID`."""
    columns = [c for c in session.con.sql("select * from claimant limit 0").columns if c not in NUMBERS]
    listed = (
        ", ".join(f"c.{c} is null" if c.endswith("_mention_id") else f"c.{c}" for c in columns) + ", o.stated, w.said"
    )
    home = ""
    if model.kinds[kind].placed_by:  # where the entity lies follows from the home it is placed by
        listed += ", h.grid_code"
        home = f"left join {HOME}_golden h on h.{HOME}_id = c.place_id"
    session.con.execute(ANSWERED)
    return (
        session.con.sql(
            f"with now as (select c.entity_no, count(*) || ' ' || sum(hash({listed})::hugeint) as said from claimant c {home} "
            "join origin o using (origin_no) left join answered_said w on w.mention_id = c.mention_id group by c.entity_no) "
            "select n.entity_id, now.said from now join numbered n using (entity_no) order by entity_no"
        )
        .to_arrow_table()
        .cast(SAID)
    )


def recipe(session: Session, statements: Sequence[str]) -> str:
    """A fingerprint of what golden records are made by: `statements`, the small tables they read, and DuckDB's hashes."""
    sha = hashlib.sha256(duckdb.__version__.encode())
    for text in statements:
        sha.update(text.encode() + b"\0")
    for name in ("rule", "authority", "tree"):
        sha.update(repr(sorted(session.con.sql(f"from {name}").fetchall(), key=repr)).encode())
    return sha.hexdigest()


def put_together(path: Path, fresh: Path, contract: Table, key: str, kept: pa.Array) -> int:
    """Put the rows of `fresh` among those rows of the stage file whose entity is in `kept`; return the rows of the result.

    Both files lie in the order of `key`, and so does the result: it is the file that weighing every entity writes.
    """
    if not len(kept) or not path.exists():
        put_in_place(fresh, path)
        return int(pq.read_metadata(path).num_rows)
    rows = 0
    coded = [column.name for column in contract.columns if column.type == CODE]
    with (
        pq.ParquetFile(path, read_dictionary=coded) as former,
        pq.ParquetFile(fresh, read_dictionary=coded) as new,
        parquet_writer(path, contract) as writer,
    ):
        for table in _merged(_kept_rows(former, key, kept), _groups(new), key):
            writer.write_table(contract.conform(table))
            rows += table.num_rows
    fresh.unlink()
    return rows


def _groups(file: pq.ParquetFile) -> Iterator[pa.Table]:
    return (file.read_row_group(number, use_threads=False) for number in range(file.num_row_groups))


def _kept_rows(file: pq.ParquetFile, key: str, kept: pa.Array) -> Iterator[pa.Table]:
    for table in _groups(file):
        stay = pc.is_in(table[key], kept)
        yield table if pc.all(stay).as_py() else table.filter(stay)


def _merged(one: Iterator[pa.Table], other: Iterator[pa.Table], key: str) -> Iterator[pa.Table]:
    """The rows of two sequences of tables in the order of `key`; no value of it is in both."""
    waiting: list[pa.Table] = []
    for table in one:
        if not table.num_rows:
            continue
        last = table[key][-1].as_py()
        while not waiting or waiting[-1][key][-1].as_py() <= last:
            further = next((t for t in other if t.num_rows), None)
            if further is None:
                break
            waiting.append(further)
        before: list[pa.Table] = []
        for held in waiting:
            place = int(np.searchsorted(held[key].to_numpy(zero_copy_only=False).astype(str), last, side="right"))
            before.append(held.slice(0, place))
        waiting = [
            rest for held, first in zip(waiting, before, strict=True) if (rest := held.slice(first.num_rows)).num_rows
        ]
        together = pa.concat_tables([table, *before])
        fresh = together.num_rows > table.num_rows
        yield together.take(pc.sort_indices(together, [(key, "ascending")])) if fresh else table
    yield from waiting
    yield from other
