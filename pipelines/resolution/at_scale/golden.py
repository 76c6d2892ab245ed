"""The golden records of a kind on an engine: the same stage files as one machine writes.

Belongs here: the order of the steps, and what the driver puts together. Does not: any rule.
"""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from pipelines.engine import OnEngine, Tables, work
from pipelines.engine.files import files_together, put_together
from pipelines.resolution import touched
from pipelines.resolution.at_scale.dealing import (
    BUCKET,
    buckets_of,
    listed,
    make_members,
    read,
)
from pipelines.resolution.at_scale.functions import GoldenOfBuckets
from pipelines.resolution.at_scale.parts import Part, union
from pipelines.resolution.at_scale.statements import query
from pipelines.resolution.statements import ADDRESS_OUTPUTS, main_address
from pipelines.resolution.survivorship import Answers, recipe, written
from warehouse.model import Home
from warehouse.model.data_model import HOME, DataModel
from warehouse.model.link import ENTITY
from warehouse.model.verification import ANSWER

HOME_COLUMNS = ("mention_id", "address_raw", *ADDRESS_OUTPUTS, "dwelling_level")
"""What golden records read of the mentions of homes."""

HOME_GOLDEN = ("housing_id", "address", "dwelling", "grid_code")


def write_golden(run: OnEngine, home: Home, kind: str, authority: pa.Table, *, bucket: int = BUCKET) -> dict[str, int]:
    """Choose the golden values of a kind from stage to stage files, on an engine; all entities are weighed.

    Reads and writes what `survivorship.write_golden` does, and with the same answers; so what it leaves is what a later run goes on
    from on one machine.

    Args:
        run: where; the home lies there under the same path.
        home: with mentions and entities of the kind, and what those before it have come to.
        kind: its name.
        authority: see `pipelines.resolution.authority`.
        bucket: mentions worked on at a time, about; the outcome does not depend on it.

    Returns:
        Row counts of the three files, by stage name.
    """
    with work(run) as (tables, folder):
        parts = _parts(tables, home, kind, bucket)
        answers = Answers(home.stage("answered", kind), home.stage("answer", kind))
        function = GoldenOfBuckets(
            kind, home.data_model, parts, authority, home.stage("grid", "tree"), answers, folder=folder
        )
        tables.map("made", f"({union(parts)})", function, together="bucket")
        return _put_together(home, kind, folder, buckets_of(tables, "made"), recipe(home, kind, authority))


def _parts(tables: Tables, home: Home, kind: str, bucket: int) -> tuple[Part, ...]:
    """Make the tables of all parts a bucket of the kind has."""
    model = home.data_model
    read(tables, home, "delivered", "mention", kind, model.mention(kind))
    make_members(tables, home, kind, bucket)
    columns = model.mention(kind).names
    tables.sql("subject", query("subject", kind=kind, columns=listed("m", columns)))
    parts = [Part("subject", ("entity_id", "match_probability", *columns))]
    for other in model.golden_reads(kind):
        read(tables, home, f"{other}_mention", "mention", other, model.mention(other))
        read(tables, home, f"{other}_entity", "entity", other, ENTITY)
        parts += _homes(tables, home, kind) if other == HOME else _companions(tables, model, kind, other)
    return tuple(parts)


def _homes(tables: Tables, home: Home, kind: str) -> list[Part]:
    """The homes that the mentions of a bucket speak of."""
    model = home.data_model
    read(tables, home, "housing_golden", "golden", HOME, model.golden(HOME))
    read(tables, home, "answer", "answer", kind, model.mention(kind))
    read(tables, home, "answered", "answered", kind, ANSWER)
    address, tie = main_address(model, kind), f"{HOME}_mention_id"
    dwelling = f"m.{model.columns(kind, address)['dwelling']}" if address else "cast(null as string)"
    row = f"m.{tie}" if tie in model.mention(kind).names else "cast(null as bigint)"
    tables.sql("pointer", query("pointer", kind=kind, dwelling=dwelling, home=row))
    tables.sql("dwelling_index", query("dwelling_index"))
    tables.sql("home_by_row", query("home_by_row", columns=listed("m", HOME_COLUMNS)))
    tables.sql("home_by_address", query("home_by_address"))
    tables.sql("home", query("home", columns=listed("m", HOME_GOLDEN)))
    return [
        Part("home_by_row", ("entity_id", *HOME_COLUMNS)),
        Part("home_by_address", ("dwelling", "housing_id")),
        Part("home", HOME_GOLDEN),
    ]


def _companions(tables: Tables, model: DataModel, kind: str, other: str) -> list[Part]:
    """The mentions of another kind whose rows point to those of a bucket; nothing where they cannot."""
    columns, pointer = model.mention(other).names, f"{kind}_mention_id"
    if pointer not in columns:
        return []
    name = f"companion_{other}"
    tables.sql(name, query("companion", kind=kind, other=other, pointer=pointer, columns=listed("m", columns)))
    return [Part(name, ("entity_id", *columns))]


def _put_together(home: Home, kind: str, folder: Path, buckets: list[int], recipe: str) -> dict[str, int]:
    """The stage files from those of all buckets; return their row counts."""
    home.stage("said", kind).unlink(missing_ok=True)
    counts = {
        stage: put_together(home.stage(stage, kind), contract, files_together(folder, stage, buckets))
        for stage, contract in written(home.data_model, kind).items()
    }
    touched.remember(home.stage("said", kind), recipe, files_together(folder, "said", buckets))
    return counts
