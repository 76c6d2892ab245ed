"""One file read under a description, without a home: what of it lands, which mentions it yields, what its values become.

Belongs here: doing it and counting. Does not: the command and how it is shown (`pipelines.commands.trial`).

The file is landed in a home that is thrown away. Addresses are parsed; where an inbox is given, they are resolved against the
references that the city's platforms delivered there.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from connectors.current import current_rows, rejected_rows
from connectors.files import PLACEHOLDERS, parse
from connectors.landing import land
from connectors.rows import DeliveryRejected
from connectors.spec import Dataset, Platform
from pipelines.city import City
from pipelines.standardise.address import Gazetteer
from pipelines.standardise.grid_history import grid_history
from pipelines.standardise.grids import GridTree
from pipelines.standardise.mentions import build_mentions
from pipelines.standardise.reference import ADDRESS_REFERENCE, address_reference, grid_reference, in_present_grids
from pipelines.standardise.roles import raw_roles
from warehouse.masking import install
from warehouse.model import Home
from warehouse.model.data_model import MASKED, DataModel
from warehouse.model.landing import PROVENANCE
from warehouse.model.session import connect
from warehouse.model.sql import identifier

NO_KEY = b"nobody joins by what a trial shows"
"""Key of tokens; a trial shows masks alone."""


@dataclass(frozen=True)
class ColumnCount:
    """One column of a dataset: rows that have it filled; whether it is declared, and whether the file has it."""

    name: str
    filled: int
    declared: bool
    present: bool


@dataclass(frozen=True)
class AttributeCount:
    """One cell of a role: how many cells are filled, and how many of them became a standard value."""

    role: str
    kind: str
    cell: str
    filled: int
    standard: int


@dataclass(frozen=True)
class DatasetTrial:
    """What became of one dataset.

    Attributes:
        name: its name.
        rows: rows that landed.
        columns: declared ones in declared order, then the others of the file.
        mentions: role → mentions.
        attributes: per role and cell.
        examples: per role a few mentions: cell → standard value, masked as the plain release masks it.
    """

    name: str
    rows: int
    columns: tuple[ColumnCount, ...]
    mentions: dict[str, int]
    attributes: tuple[AttributeCount, ...]
    examples: dict[str, list[dict[str, str]]]


@dataclass(frozen=True)
class Trial:
    """What became of one file.

    Attributes:
        delivered, landed, rejected: rows.
        reasons: (reason, column or '') → rows it sent back.
        warnings: what was odd.
        datasets: per dataset.
    """

    delivered: int
    landed: int
    rejected: int
    reasons: dict[tuple[str, str], int]
    warnings: tuple[str, ...] = ()
    datasets: tuple[DatasetTrial, ...] = field(default=())


def try_platform(platform: Platform, file: Path, city: City, inbox: Path | None, examples: int) -> Trial:
    """Read a file under a description.

    Args:
        platform: the description.
        file: any file; its name need not fit the pattern of names.
        city: whose kinds, code tables and platforms are used.
        inbox: deliveries of the city's platforms, for its references of addresses and grids; none where not given.
        examples: mentions to show per role.

    Raises:
        DeliveryRejected: the file can't be read under the description.
    """
    with tempfile.TemporaryDirectory(prefix="onenet-try-") as folder:
        home = Home(Path(folder, "home"), city.data_model)
        # a trial reads one file: it replaces nothing, and how many rows it has is no matter
        alone = platform.model_copy(
            update={"volume": platform.volume.model_copy(update={"min_rows": 0, "max_rows": None})}
        )
        drop = Path(folder, "inbox", platform.platform, _fitting(platform.patterns, file.name))
        drop.parent.mkdir(parents=True)
        shutil.copyfile(file, drop)  # a link is no delivery
        report = land(alone, drop.parents[1], home)
        if report.rejected_deliveries:
            _, code, reason = report.rejected_deliveries[0]
            raise DeliveryRejected(code, reason)
        refused = rejected_rows(home).select(["reason", "column"]).to_pylist()
        reasons = Counter((line["reason"], line["column"] or "") for line in refused)
        datasets = _datasets(
            alone, home, city, _references(city, platform.city, inbox, Path(folder, "references")), examples
        )
        warnings = tuple(w.removeprefix(f"{drop.name}：") for w in report.warnings)
        return Trial(report.rows_delivered, report.rows_landed, report.rows_rejected, dict(reasons), warnings, datasets)


def _fitting(patterns: Sequence[str], name: str) -> str:
    """The name of the file where it fits a pattern, else one that does: a trial is about what is inside."""
    if parse(patterns, name):
        return name
    examples = {"date": "20000101", "part": "1", "scope": "all"}
    return re.sub(r"\{([^{}]*)\}", lambda m: examples[m[1]] if m[1] in PLACEHOLDERS else m[0], patterns[0])


@dataclass(frozen=True)
class _References:
    gazetteer: Gazetteer
    grids: GridTree


def _references(city: City, of: str | None, inbox: Path | None, folder: Path) -> _References:
    """The references of addresses and grids that lie in the inbox; `of`: the code of the city, where there are several."""
    home = Home(folder, city.data_model)
    addresses = [pa.schema([(name, pa.string()) for name in ADDRESS_REFERENCE]).empty_table()]
    grids = []
    for platform in city.platforms.values() if inbox else ():
        wanted = [dataset for dataset in platform.datasets if dataset.reference and platform.city == of]
        if wanted and inbox:
            land(platform, inbox, home)
        for dataset in wanted:
            rows = current_rows(platform, dataset.name, home)
            if dataset.reference == "grid":
                grids.append(grid_reference(platform, dataset, rows))
            else:
                addresses.append(address_reference(platform, dataset, rows))
    tree = grid_history([(None, grids)]).tree
    gazetteer = Gazetteer.from_reference(
        in_present_grids(pa.concat_tables(addresses), tree), city.settings.division_of(of).own, city=of or ""
    )
    return _References(gazetteer, tree)


def _datasets(
    platform: Platform, home: Home, city: City, references: _References, examples: int
) -> tuple[DatasetTrial, ...]:
    rows = {dataset.name: current_rows(platform, dataset.name, home) for dataset in platform.datasets}
    model, mentions = city.data_model, dict[str, pa.Table]()
    for kind in model.order:
        mentions[kind] = build_mentions(
            model,
            kind,
            {platform.platform: platform},
            lambda _, dataset: rows[dataset],
            gazetteer=references.gazetteer,
            grids=references.grids,
            code_tables=city.code_tables,
            parents=mentions,
        )
    return tuple(
        _dataset(dataset, rows[dataset.name], mentions, model, home, platform, examples)
        for dataset in platform.datasets
    )


def _dataset(
    dataset: Dataset,
    rows: pa.Table,
    mentions: dict[str, pa.Table],
    model: DataModel,
    home: Home,
    platform: Platform,
    examples: int,
) -> DatasetTrial:
    own = {
        name: table.filter(pc.and_(pc.equal(table["dataset"], dataset.name), pc.equal(table["role"], name)))
        for name, role in dataset.roles.items()
        for table in [mentions[role.kind]]
    }
    present = _present(platform, dataset, home)
    further = [n for n in rows.column_names if n in present and n not in dataset.columns]
    columns = tuple(
        ColumnCount(name, _filled(rows[name]), name in dataset.columns, name in present)
        for name in (*dataset.columns, *further)
    )
    counts = tuple(c for name, table in own.items() for c in _attributes(platform, dataset, name, rows, table, model))
    shown = {name: _examples(dataset, name, table, model, examples) for name, table in own.items()}
    return DatasetTrial(dataset.name, rows.num_rows, columns, {n: t.num_rows for n, t in own.items()}, counts, shown)


def _present(platform: Platform, dataset: Dataset, home: Home) -> set[str]:
    """Columns that the landed file has."""
    paths = (home.landing / "rows" / platform.platform).glob("**/*.parquet")
    head = {column.name for column in PROVENANCE}
    return {name for path in paths if path.stem == dataset.name for name in pq.read_schema(path).names} - head


def _filled(column: pa.ChunkedArray) -> int:
    return int(pc.sum(pc.not_equal(pc.utf8_trim_whitespace(pc.fill_null(column, "")), "")).as_py() or 0)


def _attributes(
    platform: Platform, dataset: Dataset, role: str, rows: pa.Table, table: pa.Table, model: DataModel
) -> Iterator[AttributeCount]:
    kind = dataset.roles[role].kind
    known = model.cells(kind)
    raw = next(raw for raw in raw_roles(model, kind, platform, dataset, rows) if raw.name == role)
    for attribute in dict.fromkeys(known[c] for c in dataset.roles[role].attributes):
        own = [c for name, c in raw.cells.items() if known.get(name.partition(".")[0]) == attribute]
        filled = int(np.any([pc.is_valid(c).to_numpy(zero_copy_only=False) for c in own], axis=0).sum()) if own else 0
        standard = _valued(table, kind, attribute, model.value_column(kind, attribute), model)
        # a value may come from elsewhere in the row: a sex from a form of address
        yield AttributeCount(role, kind, attribute, max(filled, standard), standard)


def _valued(table: pa.Table, kind: str, attribute: str, value: str, model: DataModel) -> int:
    """Mentions with a standard value; an address has one where any part of it could be read."""
    if model.type_of(kind, attribute).type != "address":
        return len(table) - table[value].null_count
    level = table[model.columns(kind, attribute)["level"]]
    return int(pc.sum(pc.fill_null(pc.not_equal(level, "none"), False)).as_py() or 0)


def _examples(dataset: Dataset, role: str, table: pa.Table, model: DataModel, most: int) -> list[dict[str, str]]:
    """The first mentions, every value under the mask of the plain release."""
    kind = dataset.roles[role].kind
    known = model.cells(kind)
    attributes = [*dict.fromkeys(known[c] for c in dataset.roles[role].attributes)]
    if not attributes or not most:
        return []
    shown = []
    for name in attributes:
        value = "place" if model.type_of(kind, name).type == "address" else model.value_column(kind, name)
        shown.append(f"{_masked(model, kind, name, value)} as {identifier(name)}")
    with connect() as con:
        install(con, NO_KEY)
        con.register("mention", _with_places(table.slice(0, most), kind, attributes, model))
        rows = con.sql(f"select {', '.join(shown)} from mention").to_arrow_table().to_pylist()
    return [{name: value for name, value in row.items() if value} for row in rows]


def _with_places(table: pa.Table, kind: str, attributes: list[str], model: DataModel) -> pa.Table:
    """The mentions with a column `place`: how far the address reaches, and its street, community and estate."""
    named = [n for n in attributes if model.type_of(kind, n).type == "address"]
    if not named:
        return table
    columns = model.columns(kind, named[0])
    parts = [table[columns[p]] for p in ("street", "community", "road", "estate", "level") if p in columns]
    return table.append_column("place", pc.binary_join_element_wise(*parts, " ", null_handling="skip"))


def _masked(model: DataModel, kind: str, attribute: str, value: str) -> str:
    mask = model.mask(kind, attribute)
    cell = f"{identifier(value)}::varchar"
    if mask in MASKED:
        return f"mask_{mask}({cell})"
    if mask == "none":
        return cell
    return f"mask_{'code' if mask == 'code' else 'text'}({cell})"
