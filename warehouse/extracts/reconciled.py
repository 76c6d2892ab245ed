"""Reconcile one platform's rows with the release: entity ids, golden values, marks, duplicates, findings.

Belongs here: the queries over stage files. Does not: who may see what (`plan`) or how it is written (`write`,
`workbook`). DuckDB joins by row identity and streams in row order; no row becomes a Python object.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from warehouse.extracts.plan import AGREES, DIFFERS, INVALID, MISSING, NONE, Plan
from warehouse.model.base import GOLDEN
from warehouse.model.evidence import ATTRIBUTE
from warehouse.model.home import Home
from warehouse.model.landing import REJECTED
from warehouse.model.link import MENTION
from warehouse.model.release import KINDS
from warehouse.model.table import Table
from warehouse.model.vocabulary import ENTITY_KIND, REASON, ROLE, attribute_title

IDENTITY = ("delivery_id", "sheet_name", "row_number")
FINDING = (
    "来源文件", "来源工作表", "来源行号", "角色", "实体类型", "实体编号", "属性", "比对",
    "本方原文", "主记录值", "主记录值的主张部门", "主记录采信原因", "本方未采信原因",
)  # fmt: skip
REJECTION = ("来源文件", "来源工作表", "来源行号", "列", "原因代码", "原因")


class Reconciliation:
    """Queries over the stage files of one home; a context manager that holds one DuckDB connection.

    `platform` chooses whose rows are looked at; the methods after it are about that platform alone.
    """

    def __init__(
        self,
        home: Home,
        departments: Mapping[str, str],
        *,
        threads: int | None = None,
        memory_limit: str | None = None,
    ) -> None:
        settings: dict[str, str | bool | int | float | list[str]] = {"threads": threads} if threads else {}
        settings |= {"memory_limit": memory_limit} if memory_limit else {}
        self.con = duckdb.connect(config=settings)
        self._view("link_mention", MENTION, home.stage("link", "mention").as_posix())
        self._view("attribute", ATTRIBUTE, *(home.stage("attribute", kind).as_posix() for kind in KINDS))
        for kind, table in GOLDEN.items():
            self._view(f"golden_{kind}", table, home.stage("golden", kind).as_posix())
        self._view("rejected", REJECTED, home.stage("quality", "rejected").as_posix())
        names = pa.table({"department": list(departments), "title": list(departments.values())})
        self._table("department", names.cast(pa.schema([("department", pa.string()), ("title", pa.string())])))

    def __enter__(self) -> Reconciliation:
        return self

    def __exit__(self, *_: object) -> None:
        self.con.close()

    def platform(self, platform: str, granted: frozenset[tuple[str, str]]) -> None:
        """Gather mentions, claims and duplicates of one platform; `granted` limits which claims are looked at at all."""
        pairs = sorted(granted)
        columns = {"entity_kind": [k for k, _ in pairs], "attribute": [a for _, a in pairs]}
        schema = pa.schema([("entity_kind", pa.string()), ("attribute", pa.string())])
        self._table("granted", pa.table(columns, schema=schema))
        for step in ("mention", "claim"):
            self.con.execute(_sql(step), {"platform": platform})
        self.con.execute(_sql("duplicate"))
        self._golden_values(pairs)

    def asserted(self) -> frozenset[tuple[str, str, str]]:
        """(dataset, role, attribute) the platform's rows say something about, among what may be seen."""
        return frozenset(self.con.sql(_sql("asserted")).fetchall())

    def columns(self, plan: Plan, rows: pa.Table, batch_rows: int) -> pa.RecordBatchReader:
        """Our columns for `rows`, in their order, `batch_rows` at a time: per role entity, values and marks; duplicates."""
        own = pa.table({"place": np.arange(rows.num_rows), **{name: rows[name] for name in IDENTITY}})
        self._table("own", own)
        return self.con.sql(_wide(plan)).to_arrow_reader(batch_rows)

    def findings(self) -> pa.Table:
        """Where the platform's own value is not the golden one, with who stands behind that and why. Text in Chinese."""
        found = self.con.sql(_sql("finding")).to_arrow_table()
        titles = {f"{kind} {name}": attribute_title(kind, name) for kind in GOLDEN for name in GOLDEN[kind].names}
        columns = [
            found["file_name"],
            found["sheet_name"],
            found["row_number"],
            _worded(found["role"], ROLE),
            _worded(found["entity_kind"], ENTITY_KIND),
            found["entity_id"],
            _worded(pc.binary_join_element_wise(found["entity_kind"], found["attribute"], " "), titles),
            pc.if_else(pc.equal(found["state"], 1), INVALID, DIFFERS),
            found["written"],
            found["value"],
            found["departments"],
            _worded(found["won_because"], REASON),
            _worded(found["lost_because"], REASON),
        ]
        return pa.table(columns, names=list(FINDING))

    def rejections(self, platform: str) -> pa.Table:
        """The rows of the platform's deliveries that did not land, each with its reason."""
        self.con.execute(
            'create or replace temp table rejection as select file_name, sheet_name, row_number, "column", reason_code, '
            "reason from rejected where platform = $platform "
            'order by file_name, sheet_name, row_number nulls first, reason_code, "column"',
            {"platform": platform},
        )
        return self.con.sql("from rejection").to_arrow_table().rename_columns(list(REJECTION))

    def _view(self, name: str, table: Table, *paths: str) -> None:
        """The stage files as a view, or an empty one of that contract where a stage wrote none."""
        files = [path for path in paths if Path(path).exists()]
        if files:
            quoted = ", ".join(f"'{_escaped(path)}'" for path in files)
            self.con.execute(f"create temp view {name} as from read_parquet([{quoted}])")
        else:
            self._table(name, table.empty())

    def _table(self, name: str, table: pa.Table) -> None:
        self.con.register("arriving", table)
        self.con.execute(f"create or replace temp table {name} as from arriving")
        self.con.unregister("arriving")

    def _golden_values(self, granted: list[tuple[str, str]]) -> None:
        """The golden values findings may show, one row per entity and granted attribute."""
        parts = [
            f"select '{kind}' as entity_kind, {kind}_id as entity_id, '{attribute}' as attribute, "
            f"({shown(kind, attribute, 'g')})::varchar as value from golden_{kind} g"
            for kind, attribute in granted
        ]
        nothing = "select '' as entity_kind, '' as entity_id, '' as attribute, ''::varchar as value where false"
        self.con.execute(f"create or replace temp view golden_value as {' union all '.join(parts) or nothing}")


def shown(kind: str, attribute: str, alias: str) -> str:
    """The expression that shows a golden value: numbers as numbers, dates as far as they are known, all else as text."""
    table = GOLDEN[kind]
    column = table.columns[table.names.index(attribute)]
    value = f'{alias}."{attribute}"'
    if f"{attribute}_precision" in table.names:
        precision = f'{alias}."{attribute}_precision"'
        return (
            f"case {precision} when 'year' then strftime({value}, '%Y') "
            f"when 'month' then strftime({value}, '%Y-%m') else {value}::varchar end"
        )
    return value if pa.types.is_floating(column.type) or pa.types.is_integer(column.type) else f"{value}::varchar"


def _wide(plan: Plan) -> str:
    """One statement for all roles of a dataset: own rows ⟕ mention ⟕ claims turned to columns ⟕ golden record."""
    steps, columns, joins = [], [], []
    for number, role in enumerate(plan.roles):
        states = "".join(
            f", max(c.state) filter (where c.attribute = '{a.name}') as s{i}" for i, a in enumerate(role.attributes)
        )
        same_row = " and ".join(f"{{0}}.{name} = o.{name}" for name in IDENTITY)
        steps += [
            f"m{number} as (select o.place, m.entity_id from own o join mention m on {same_row.format('m')} "
            f"where m.role = '{_escaped(role.name)}' and m.entity_kind = '{role.kind}' and m.dataset = '{_escaped(plan.dataset)}')",
            f"c{number} as (select o.place{states} from own o join claim c on {same_row.format('c')} "
            f"where c.role = '{_escaped(role.name)}' and c.entity_kind = '{role.kind}' group by o.place)",
        ]
        joins += [
            f"left join m{number} on m{number}.place = o.place",
            f"left join c{number} on c{number}.place = o.place",
            f"left join golden_{role.kind} g{number} on g{number}.{role.kind}_id = m{number}.entity_id",
        ]
        columns.append(f"m{number}.entity_id as {_quoted(role.entity)}")
        for i, attribute in enumerate(role.attributes):
            value = shown(role.kind, attribute.name, f"g{number}")
            columns.append(f"{value} as {_quoted(attribute.value)}")
            if attribute.mark:
                columns.append(
                    f"case when m{number}.entity_id is null then null when c{number}.s{i} = 3 then '{AGREES}' "
                    f"when c{number}.s{i} = 2 then '{DIFFERS}' when c{number}.s{i} = 1 then '{INVALID}' "
                    f"when ({value}) is null then '{NONE}' else '{MISSING}' end as {_quoted(attribute.mark)}"
                )
    joins.append(
        "left join duplicate d on d.delivery_id = o.delivery_id and d.sheet_name = o.sheet_name "
        f"and d.row_number = o.row_number and d.dataset = '{_escaped(plan.dataset)}'"
    )
    columns.append(f"d.others as {_quoted(plan.duplicates)}")
    with_steps = f"with {', '.join(steps)} " if steps else ""
    return f"{with_steps}select {', '.join(columns)} from own o {' '.join(joins)} order by o.place"


def _worded(codes: pa.ChunkedArray, words: Mapping[str, str]) -> pa.ChunkedArray:
    """Codes as Chinese words; a code without one stays as it is."""
    encoded = codes.combine_chunks().dictionary_encode()
    dictionary = pa.array([words.get(code, code) for code in encoded.dictionary.to_pylist()], pa.string())
    return pa.chunked_array([dictionary.take(encoded.indices)], pa.string())


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _escaped(text: str) -> str:
    return text.replace("'", "''")


def _sql(step: str) -> str:
    return resources.files("warehouse.extracts").joinpath("sql", f"{step}.sql").read_text("utf-8")
