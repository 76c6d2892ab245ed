"""Why two entities are two, and what would make them one.

Belongs here: the constraint, the threshold and the evidence that is missing between two entities of the last run. Does not: printing
it (`pipelines.commands.lineage`), or judgements. No value of anybody is told, only which attributes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pipelines.kinds import specification
from pipelines.matching.engine.model import Model
from pipelines.matching.engine.score import weight_of
from warehouse.model import Home
from warehouse.model.session import connect
from warehouse.model.sql import parquet

MISSING = "missing"


@dataclass(frozen=True)
class Apart:
    """What keeps two entities apart.

    Attributes:
        barred: columns of which one entity holds only one value and both hold one, two different ones: a constraint, whatever
            else agrees.
        by_mean: the kind joins by the mean weight of all pairs between two entities, not by the best of them.
        accept: weight (log2 odds) from which a pair is a link.
        lacking: bits the best pair lacks to be one; 0 where it has enough, None where no pair was weighed.
        would: comparisons of that pair of which one side says nothing, with the bits that their best level would add, most first.
    """

    barred: tuple[str, ...]
    by_mean: bool
    accept: float
    lacking: float | None
    would: tuple[tuple[str, float], ...]


def why_apart(
    home: Home, kind: str, one: str, other: str, levels: Mapping[str, str] | None, weight: float | None
) -> Apart:
    """What keeps two entities of one kind apart.

    Args:
        home: a home after a run.
        kind: of both.
        one: id of an entity.
        other: id of another.
        levels: comparison → level of the best pair between them; None where no pair was weighed.
        weight: of that pair (log2 odds); None likewise.
    """
    spec = specification(home.data_model, kind)
    accept = weight_of(spec.accept) if spec.accept else 0.0
    rates = Model.load(home.model(kind)).comparisons if levels else {}
    gains = {
        name: max((level.weight for level in rates[name]), default=0.0)
        for name, level in (levels or {}).items()
        if level == MISSING and name in rates
    }
    return Apart(
        barred=_barred(home, kind, one, other, spec.distinct),
        by_mean=spec.average_link is not None,
        accept=accept,
        lacking=None if weight is None else max(0.0, accept - weight),
        would=tuple(sorted(((n, bits) for n, bits in gains.items() if bits > 0), key=lambda g: (-g[1], g[0]))),
    )


def _barred(home: Home, kind: str, one: str, other: str, distinct: tuple[str, ...]) -> tuple[str, ...]:
    """The columns of which both entities hold values and none in common."""
    columns = [column for column in distinct if column in home.data_model.mention(kind).names]
    if not columns:
        return ()
    held = ", ".join(f"list(distinct {c}) filter ({c} is not null)" for c in columns)
    query = (
        f"select e.entity_id, {held} from {parquet([home.stage('mention', kind)])} m"
        f" join {parquet([home.stage('entity', kind)])} e using (mention_id)"
        " where e.entity_id in ($one, $other) group by e.entity_id"
    )
    with connect() as con:
        rows = {row[0]: row[1:] for row in con.execute(query, {"one": one, "other": other}).fetchall()}
    if one not in rows or other not in rows:
        return ()
    return tuple(
        column
        for column, left, right in zip(columns, rows[one], rows[other], strict=True)
        if left and right and not set(left) & set(right)
    )
