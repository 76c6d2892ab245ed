"""Relations on an engine: buckets of the entities on the left, with all that they are tied to.

Belongs here: the order of the steps, and which rows a bucket needs. Does not: what a relation is (`statements.relation`).
"""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from pipelines.engine import OnEngine, Tables, work
from pipelines.engine.files import files_together, put_together
from pipelines.resolution.at_scale.dealing import (
    BUCKET,
    buckets_of,
    listed,
    make_members,
    read,
)
from pipelines.resolution.at_scale.functions import RelationOfBuckets
from pipelines.resolution.at_scale.parts import Part, union
from pipelines.resolution.at_scale.statements import query
from pipelines.resolution.statements import name_index
from warehouse.model import Home
from warehouse.model.data_model import HOME, DataModel, RelationTable


def write_relations(run: OnEngine, home: Home, authority: pa.Table, *, bucket: int = BUCKET) -> dict[str, int]:
    """Write the stage files `relation/<name>` on an engine, as `relations.write_relations` does; return their row counts.

    Args:
        run: where; the home lies there under the same path.
        home: with mentions, entities and golden records of all kinds.
        authority: orders the platforms of a relation, most trusted first.
        bucket: mentions worked on at a time, about; the outcome does not depend on it.
    """
    model, counts = home.data_model, {}
    with work(run) as (tables, folder):
        _read_kinds(tables, home, bucket)
        for tied in model.relations:
            name = tied.table.name
            parts = tuple(_parts(tables, model, tied))
            function = RelationOfBuckets(name, model, parts, authority, folder)
            tables.map(f"made_{name}", f"({union(parts)})", function, together="bucket")
            buckets = buckets_of(tables, f"made_{name}")
            counts[name] = put_together(home.stage("relation", name), tied.table, files_together(folder, name, buckets))
    return counts


def _read_kinds(tables: Tables, home: Home, bucket: int) -> None:
    """Name the stage files of all kinds; deal out their entities; what addresses and names mean."""
    model = home.data_model
    for kind, declared in model.kinds.items():
        read(tables, home, f"{kind}_mention", "mention", kind, model.mention(kind))
        read(tables, home, f"{kind}_golden", "golden", kind, model.golden(kind))
        make_members(tables, home, kind, bucket)
        if declared.names:
            tables.sql(f"{kind}_index", name_index(model, kind))
    if HOME in model.kinds:
        tables.sql("dwelling_index", query("dwelling_index"))


def _parts(tables: Tables, model: DataModel, tied: RelationTable) -> Iterator[Part]:
    """Make the tables of all parts that a bucket of a relation has."""
    left, right, name = tied.left, tied.right, tied.table.name
    pointer = f"{right}_mention_id"
    means = {index: texts for index in ("dwelling_index", "name_index") if (texts := _through(model, tied, index))}
    spoken = [column for texts in means.values() for column in texts]
    named = ("mention_id", "platform", "dataset", "role", "claimed_on", pointer, f"{right}_relations", *spoken)
    columns = tuple(dict.fromkeys(named))
    words = {"left": left, "right": right, "name": name}
    tables.sql(
        f"left_{name}",
        f"select s.bucket, s.entity_id, {listed('m', columns)} from {left}_mention as m "
        f"join member_{left} as s on s.mention_id = m.mention_id",
    )
    yield Part(f"left_{name}", ("entity_id", *columns), "left")
    tables.sql(f"target_{name}", query("target", pointer=pointer, **words))
    yield Part(f"target_{name}", ("mention_id", "entity_id"), "target")
    meant = ""
    for index, texts in means.items():
        key = "dwelling" if index == "dwelling_index" else "name_key"
        table = index if index == "dwelling_index" else f"{right}_index"
        each = " union all ".join(f"select mention_id, {text} as text from {left}_mention" for text in texts)
        tables.sql(f"meaning_{name}_{key}", query("meaning", index=table, key=key, spoken=each, **words))
        yield Part(f"meaning_{name}_{key}", (key, f"{right}_id"), index)
        meant += f" union all select bucket, {right}_id as entity_id from meaning_{name}_{key}"
    yield from _golden(tables, tied, words, meant)


def _through(model: DataModel, tied: RelationTable, index: str) -> list[str]:
    """The columns of the left kind that name an entity of the right one by an address, or by a name."""
    found = []
    for attribute in tied.tie.through:
        columns = model.columns(tied.left, attribute)
        is_address = model.type_of(tied.left, attribute).needs == "gazetteer"
        if is_address == (index == "dwelling_index"):
            found.append(columns["dwelling" if is_address else "key"])
    return found


def _golden(tables: Tables, tied: RelationTable, words: dict[str, str], meant: str) -> Iterator[Part]:
    """What golden records say of which relation holds now, of both sides."""
    current = [declared.current for declared in tied.tie.relations.values() if declared.current]
    for side, kind in (("left", tied.left), ("right", tied.right)):
        named = [c.column for c in current if (c.of == tied.right) == (side == "right")]
        if named:
            columns = tuple(dict.fromkeys((f"{kind}_id", *named)))
            table = f"{side}_golden_{tied.table.name}"
            tables.sql(table, query(f"{side}_golden", columns=listed("m", columns), meant=meant, **words))
            yield Part(table, columns, f"{side}_golden")
