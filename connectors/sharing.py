"""What platforms do not share (不予共享), attribute by attribute.

Belongs here: which attributes of which roles reach no other department, from the sharing classes that platform files declare.
Does not: keeping them out of extracts and review questions (`warehouse.extracts`, `pipelines.resolution.questions`).

A value that is read from a withheld cell is withheld under every name: the birth date inside an identity number, the
residence inside an address, the representative a firm's row takes from the person beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import pyarrow as pa

from connectors.spec import Dataset, Platform, Role, Sharing
from warehouse.model.catalogue import WITHHELD
from warehouse.model.data_model import DataModel


def withheld_table(model: DataModel, platforms: Mapping[str, Platform]) -> pa.Table:
    """`catalogue.withheld`: an attribute is withheld of a role where any dataset of the platform withholds it.

    Args:
        model: the kinds there are.
        platforms: platform name → its description.
    """
    lines = sorted(
        {
            (name, role, spec.kind, attribute)
            for name, platform in platforms.items()
            for dataset in platform.datasets
            for role, spec in dataset.roles.items()
            for attribute in withheld(model, dataset, role, platform.sharing)
        }
    )
    columns = list(zip(*lines, strict=True)) or [()] * len(WITHHELD.columns)
    arrays = [pa.array(column, pa.string()) for column in columns]
    return pa.Table.from_arrays(arrays, schema=WITHHELD.arrow)


def withheld(model: DataModel, dataset: Dataset, role: str, default: Sharing) -> frozenset[str]:
    """The attributes of a role that reach no other department.

    Args:
        model: the kinds there are.
        dataset: the dataset with the role.
        role: its name.
        default: the sharing class of the platform.
    """
    spec = dataset.roles[role]
    closed = _closed(spec, default) | _closed_beside(model, dataset, role, default)
    found = set()
    for name, attribute in model.kinds[spec.kind].attributes.items():
        cells = attribute.cells or (name,)
        declared = {spec.sharing[cell] for cell in (*cells, name) if cell in spec.sharing}
        if declared:
            hidden = "none" in declared
        else:
            refers = {beside.refers for beside in attribute.beside.values()}
            hidden = default == "none" or bool((_sources(model, spec.kind, name) | refers) & closed)
        if hidden:
            found.add(name)
    return frozenset(found)


def _closed(spec: Role, default: Sharing) -> set[str | None]:
    """The cells a role reads and does not share."""
    return {cell for cell in spec.attributes if spec.sharing.get(cell, default) == "none"}


def _closed_beside(model: DataModel, dataset: Dataset, role: str, default: Sharing) -> set[str | None]:
    """What a role takes over from roles of its row that withhold it: attributes they hand on, and kinds they name."""
    spec, closed = dataset.roles[role], set[str | None]()
    for other in _tied(dataset, role):
        identifying = {
            cell
            for cell in _closed(dataset.roles[other], default)
            if cell
            and model.identifies(dataset.roles[other].kind, model.cells(dataset.roles[other].kind)[cell]) != "no"
        }
        if identifying:
            tie = model.kinds[spec.kind].ties.get(dataset.roles[other].kind)
            closed |= {dataset.roles[other].kind, *([tie.inherits] if tie and tie.inherits else [])}
    return closed


def _tied(dataset: Dataset, role: str) -> Iterator[str]:
    """Roles of the same row that a role points to, or that point to it."""
    for other, spec in dataset.roles.items():
        if any(tie.role == role for tie in spec.ties.values()):
            yield other
    yield from (tie.role for tie in dataset.roles[role].ties.values() if tie.role)


def _sources(model: DataModel, kind: str, name: str) -> set[str | None]:
    """Cells and attributes from which a mention claims an attribute: its own, the one it is claimed from, those its
    expressions name."""
    declared = model.kinds[kind].attributes
    attribute = declared[name]
    claims = [claim for claim in (attribute.claim, *attribute.claims) if claim]
    words = set(re.findall(r"\w+", " ".join(f"{claim.value} {claim.raw}" for claim in claims)))
    read = {other for other in declared if declared[other].type and words & set(model.columns(kind, other).values())}
    origins = [*read, name, *([attribute.of] if attribute.of else [])]
    return {*origins, *(cell for origin in origins for cell in declared[origin].cells)}
