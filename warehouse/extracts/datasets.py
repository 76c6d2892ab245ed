"""One dataset of an extract: the department's own rows, each with our columns beside it.

Belongs here: laying a dataset out, and its rows batch by batch. Does not: the values (`reconciled`), or the files they go to (`write`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from warehouse.extracts.manifest import DatasetCounts
from warehouse.extracts.plan import MARKS, Plan, plan_dataset
from warehouse.extracts.reconciled import Reconciliation
from warehouse.extracts.workbook import Sheet
from warehouse.model.catalogue import FIELD
from warehouse.model.home import Home
from warehouse.model.landing import PROVENANCE

BATCH_ROWS = 100_000
HEAD = frozenset([c.name for c in PROVENANCE] + ["repeat", "claimed_on"])
Row = dict[str, Any]
Fields = dict[tuple[str, str], dict[str, str]]
"""(platform, dataset) → `<role>.<attribute>` → the column that feeds it."""


@dataclass(frozen=True)
class OwnRows:
    """The current rows of one dataset of a department.

    Attributes:
        platform, dataset: which.
        read: gives the rows: provenance columns, `repeat`, `claimed_on`, then the source columns as text. Called once,
            when the dataset's turn comes, so that no two datasets are in memory together.
    """

    platform: str
    dataset: str
    read: Callable[[], pa.Table]


@dataclass(frozen=True)
class Layout:
    """One dataset as it is laid out: the columns of its own, and of ours."""

    own: OwnRows
    plan: Plan
    columns: tuple[str, ...]

    @property
    def groups(self) -> list[tuple[str, str, int]]:
        """Headings above the headings: title, colour key, number of columns."""
        plan = self.plan
        groups = [
            ("来源", "source", len(plan.source)),
            (f"{plan.title}（本方原文）", "own", len(self.columns)),
        ]
        groups += [(r.group, "ours", 1 + sum(2 if a.mark else 1 for a in r.attributes)) for r in plan.roles]
        return [*groups, ("重复", "ours", 1)]

    def tables(self, reconciliation: Reconciliation, rows: pa.Table) -> Iterator[pa.Table]:
        """The rows with our columns, in their order and in batches; at least one table, which may be empty.

        The reconciliation learns on the way what is missing in them.
        """
        reader = reconciliation.columns(self.plan, rows, BATCH_ROWS)
        source = [rows["file_name"], rows["sheet_name"], reconciliation.row_seen(rows["row_number"])]
        names = [*self.plan.source, *self.columns]
        left = pa.table(source + [rows[c] for c in self.columns], names=names)
        schema = pa.schema(list(left.schema) + list(reader.schema))
        yield schema.empty_table()
        done = 0
        for batch in reader:
            part = left.slice(done, batch.num_rows)
            reconciliation.know_missing(self.plan, rows.slice(done, batch.num_rows), batch)
            done += batch.num_rows
            yield pa.Table.from_arrays(part.columns + pa.Table.from_batches([batch]).columns, schema=schema)

    def sheet(self, table: pa.Table, former: pa.Table | None = None) -> Sheet:
        """Its sheet of a workbook, and what that held in the former one."""
        return Sheet(self.plan.title, table, self.groups, self.plan.marks, former=former)

    def counts(self, tables: Sequence[pa.Table]) -> DatasetCounts:
        """What there is in some of its rows."""
        given: Counter[str] = Counter(dict.fromkeys(MARKS, 0))
        for table in tables:
            for mark in self.plan.marks:
                given.update({c["values"]: c["counts"] for c in table[mark].value_counts().to_pylist() if c["values"]})
        return DatasetCounts(
            platform=self.own.platform,
            dataset=self.own.dataset,
            rows=sum(table.num_rows for table in tables),
            marks=dict(given),
            duplicates=sum(table.num_rows - table[self.plan.duplicates].null_count for table in tables),
        )


def lay_out(
    reconciliation: Reconciliation,
    fields: Mapping[tuple[str, str], Mapping[str, str]],
    own: OwnRows,
    about: Row,
    columns: Sequence[str],
    granted: frozenset[tuple[str, str]],
) -> Layout:
    """Lay a dataset out.

    Args:
        reconciliation: of its platform.
        fields: `read_fields`.
        own: the dataset.
        about: its line of the catalogue.
        columns: of its rows.
        granted: (kind, attribute) that may be seen.
    """
    asserted = reconciliation.asserted()
    fed = fields.get((own.platform, own.dataset), {})
    columns = tuple(c for c in columns if c not in HEAD)
    plan = plan_dataset(
        reconciliation.home.data_model,
        own.platform,
        own.dataset,
        about["title_zh"],
        roles=about["roles"],
        subject=about["subject"],
        granted=granted,
        asserted=frozenset((role, attribute) for role, _, attribute in (place.partition(".") for place in fed))
        | {(role, attribute) for dataset, role, attribute in asserted if dataset == own.dataset},
        own_columns=columns,
    )
    return Layout(own, plan, columns)


def know_rows(
    reconciliation: Reconciliation, fields: Mapping[tuple[str, str], Mapping[str, str]], layout: Layout, about: Row, rows: pa.Table
) -> None:  # fmt: skip
    """Tell the reconciliation of rows: by which key and name the department knows them."""
    key = [column for column in about["key"].split("+") if column in rows.column_names]
    kinds = {name: kind for name, _, kind in (role.partition(":") for role in about["roles"])}
    kind = kinds.get(about["subject"] or "")
    fed = fields.get((layout.own.platform, layout.own.dataset), {})
    cells = reconciliation.home.data_model.cells(kind) if kind else {}
    wanted = (f"{about['subject']}.{cell}" for cell in cells)
    # The column a clerk knows a row by is the one that feeds the first attribute of what the row is about.
    name = next((fed[place] for place in wanted if fed.get(place) in layout.columns), None)
    reconciliation.know_rows(rows, key, name)


def read_fields(home: Home) -> Fields:
    """Per (platform, dataset) which column feeds `<role>.<attribute>`, as the catalogue says."""
    found: Fields = {}
    for row in FIELD.read(home.stage("catalogue", "field")).to_pylist():
        fed = found.setdefault((row["owner"], row["dataset"]), {})
        for place in row["attributes"]:
            role, _, attribute = place.partition(".")
            fed.setdefault(f"{role}.{attribute}", row["field"])
    return found
