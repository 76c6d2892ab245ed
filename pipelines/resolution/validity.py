"""From when to when every mention held: a withdrawn claim stays in history with its dates.

When a row held follows from the landing area alone (`connectors.periods`), so it is the same whatever the order of arrival.
Whom a withdrawn mention named is what the register of known mentions says, which a run hands to the next one as it does the
ids: the entity it belonged to in the last release that held it. A row withdrawn before any release held it is in no history;
its delivery keeps it.

Belongs here: joining the two. Does not: entities (`identity`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from pipelines.resolution.identity import committed, memory
from pipelines.resolution.session import Session, Source, stream
from warehouse.model import Home
from warehouse.model.data_model import DataModel, shipped
from warehouse.model.landing import DELIVERY, ROW_PERIOD
from warehouse.model.link import ENTITY, MENTION_HISTORY
from warehouse.model.mention import MENTION_HEAD
from warehouse.model.sql import parquet
from warehouse.model.table import Column, Table

_IDENTITY = ("platform", "dataset", "role", "row_key", "repeat")

KNOWN = Table(
    "stage",
    "known",
    "已知提及",
    "Register of mentions: every mention a release ever held",
    "one row per mention of one kind",
    _IDENTITY,
    (
        *(column for column in MENTION_HEAD if column.name in _IDENTITY),
        Column("entity_id", pa.string(), "实体编号", "Entity it belongs to, or belonged to last", nullable=False),
        Column("is_current", pa.bool_(), "是否现行", "It held in the last release", nullable=False),
        Column("began_on", pa.date32(), "角色出现日期", "Where the role appeared in a row that had been there before"),
        Column("began_with", pa.string(), "角色出现批次", "Delivery of that"),
        Column("ended_on", pa.date32(), "角色消失日期", "Where the role vanished from a row that goes on"),
        Column("ended_with", pa.string(), "角色消失批次", "Delivery of that"),
    ),
)

PERIOD = Table(
    "stage",
    "period",
    "行有效期",
    "`stage.row_period` of all datasets together",
    "one line per row and unbroken time it held",
    (),
    (*(column for column in MENTION_HEAD if column.name in ("platform", "dataset")), *ROW_PERIOD.columns),
)


@dataclass(frozen=True)
class Validity:
    """The history of one kind's mentions (`link.MENTION_HISTORY`) and the register for the next run (`KNOWN`)."""

    history: pa.Table
    known: pa.Table


def mention_history(
    kind: str,
    mentions: Source,
    entities: Source,
    deliveries: pa.Table,
    periods: Source,
    former: Source | None,
    *,
    model: DataModel | None = None,
    threads: int | None = None,
) -> Validity:
    """Tell from when to when every known mention of a kind held.

    Args:
        kind: kind of the mentions.
        mentions: under the contract of the kind; only the head columns are read.
        entities: under `ENTITY`.
        deliveries: landing manifest, under `DELIVERY`.
        periods: under `PERIOD`.
        former: under `KNOWN`, as the last release left it; none in a fresh home.
        model: the kinds there are; those that are shipped if not given.
        threads: of DuckDB; the outcome does not depend on it.
    """
    model = model or shipped()
    with Session(threads) as session:
        _open(session, model.mention(kind), mentions, entities, deliveries, former)
        session.view("period", periods, PERIOD)
        history, known = _told(session, kind)
        return Validity(MENTION_HISTORY.conform(history.to_arrow_table()), KNOWN.conform(known.to_arrow_table()))


def write_mention_history(
    home: Home, kind: str, deliveries: pa.Table, datasets: Iterable[tuple[str, str]], release: str
) -> int:
    """Write `mention_history/<kind>` and what the next run must know, under the release's name; return the rows.

    Args:
        home: the home.
        kind: kind of the mentions.
        deliveries: landing manifest.
        datasets: (platform, dataset) whose `row_period` files are there.
        release: version of the release this run makes.
    """
    last = committed(home)
    former = memory(home, last, f"{kind}_known") if last else None
    with Session() as session:
        _open(
            session,
            home.data_model.mention(kind),
            home.stage("mention", kind),
            home.stage("entity", kind),
            deliveries,
            former,
        )
        files = [(platform, dataset, home.row_periods(platform, dataset)) for platform, dataset in datasets]
        _open_periods(session, [file for file in files if file[2].exists()])
        history, known = _told(session, kind)
        rows = stream(history, home.stage("mention_history", kind), MENTION_HISTORY)
        stream(known, memory(home, release, f"{kind}_known"), KNOWN)
        return rows


def _open(
    session: Session, contract: Table, mentions: Source, entities: Source, deliveries: pa.Table, former: Source | None
) -> None:
    session.view("mention", mentions, contract)
    session.view("entity", entities, ENTITY)
    session.view("former", former, KNOWN)
    session.con.register("delivered", DELIVERY.conform(deliveries).select(["delivery_id", "delivered_on"]))
    session.con.execute(
        "create temp table delivery as select delivery_id, min(delivered_on) as delivered_on from delivered group by all"
    )


def _open_periods(session: Session, files: Iterable[tuple[str, str, Path]]) -> None:
    """The periods of the datasets whose mentions are known, as one view, each row with its platform and dataset."""
    known = session.con.sql(
        "select platform, dataset from mention union select platform, dataset from former"
    ).fetchall()
    read = [(str(path), platform, dataset) for platform, dataset, path in files if (platform, dataset) in set(known)]
    if not read:
        session.view("period", None, PERIOD)
        return
    columns = [pa.array(column, pa.string()) for column in zip(*read, strict=True)]
    session.con.register("period_file", pa.table(columns, ["filename", "platform", "dataset"]))
    session.con.execute(
        f"create temp view period as select f.platform, f.dataset, p.* exclude (filename) "
        f"from {parquet([path for path, _, _ in read], 'filename = true')} p join period_file f using (filename)"
    )


def _told(session: Session, kind: str) -> tuple[duckdb.DuckDBPyRelation, duckdb.DuckDBPyRelation]:
    """History and register, to be read."""
    session.table("known", "validity_known")
    known = session.con.sql("select * from known order by platform, dataset, role, row_key, repeat")
    return session.query("validity_history", kind=kind), known
