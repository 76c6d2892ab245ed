"""Reconcile one platform's rows with the release: entity ids, golden values, marks, duplicates, findings.

Belongs here: the queries over stage files. Does not: who may see what (`plan`) or how it is written (`write`,
`workbook`). DuckDB joins by row identity and streams in row order; no row becomes a Python object.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from warehouse.extracts.plan import AGREES, DIFFERS, INVALID, MISSING, NONE, Plan, Role
from warehouse.extracts.prepare import NOTHING, PREPARED, shown
from warehouse.extracts.stage_views import keep, show
from warehouse.model.catalogue import DATASET
from warehouse.model.data_model import DataModel
from warehouse.model.home import Home
from warehouse.model.landing import REJECTED
from warehouse.model.session import connect
from warehouse.model.sql import identifier, literal, parquet, statement
from warehouse.model.vocabulary import REASON, ROLE

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

    def __init__(self, home: Home, *, threads: int | None = None, memory_limit: str | None = None) -> None:
        settings: dict[str, Any] = {"threads": threads} if threads else {}
        settings |= {"memory_limit": memory_limit} if memory_limit else {}
        self.home = home
        self.con = connect(**settings)
        for kind in home.data_model.kinds:
            show(self.con, f"golden_{kind}", home.data_model.golden(kind), [home.stage("golden", kind)])
        show(self.con, "rejected", REJECTED, [home.stage("quality", "rejected")])

    def __enter__(self) -> Reconciliation:
        return self

    def __exit__(self, *_: object) -> None:
        self.con.close()

    def platform(self, platform: str, granted: frozenset[tuple[str, str]]) -> None:
        """Gather mentions, claims and duplicates of one platform; `granted` limits which claims are looked at at all."""
        pairs = sorted(granted)
        columns = {"entity_kind": [k for k, _ in pairs], "attribute": [a for _, a in pairs]}
        schema = pa.schema([("entity_kind", pa.string()), ("attribute", pa.string())])
        keep(self.con, "granted", pa.table(columns, schema=schema))
        datasets = DATASET.read(self.home.stage("catalogue", "dataset"))
        mine = datasets.filter(pc.equal(datasets["platform"], platform))
        keep(self.con, "subject", pa.table({"dataset": mine["dataset"], "role": mine["subject"]}))
        for name in PREPARED:
            self._prepared(name, platform)
        for step in ("mention", "claim", "duplicate"):
            self.con.execute(statement("warehouse.extracts", step))

    def asserted(self) -> frozenset[tuple[str, str, str]]:
        """(dataset, role, attribute) the platform's rows say something about, among what may be seen."""
        return frozenset(self.con.sql(statement("warehouse.extracts", "asserted")).fetchall())

    def columns(self, plan: Plan, rows: pa.Table, batch_rows: int) -> pa.RecordBatchReader:
        """Our columns for `rows`, in their order, `batch_rows` at a time: per role entity, values and marks; duplicates."""
        own = pa.table({"place": np.arange(rows.num_rows), **{name: rows[name] for name in IDENTITY}})
        keep(self.con, "own", own)
        (substituted,) = self.con.sql("select count(*) > 0 from prepared_substitute").fetchall()[0]
        return self.con.sql(_wide(self.home.data_model, plan, substituted)).to_arrow_reader(batch_rows)

    def findings(self) -> pa.Table:
        """Where the platform's own value is not the golden one, with who stands behind that and why. Text in Chinese."""
        found = self.con.sql(statement("warehouse.extracts", "finding")).to_arrow_table()
        model = self.home.data_model
        titles = {f"{kind} {name}": title for kind in model.kinds for name, title in model.titles(kind).items()}
        columns = [
            found["file_name"],
            found["sheet_name"],
            found["row_number"],
            _worded(found["role"], ROLE),
            _worded(found["entity_kind"], model.kind_titles),
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

    def _prepared(self, name: str, platform: str) -> None:
        """What `prepare_extracts` sorted out for a platform, as view `prepared_<name>`."""
        folder = self.home.prepared_extracts / name
        files = sorted((folder / f"platform={platform}").glob("*.parquet"))
        known = bool(files)
        files = files or [folder / NOTHING]
        self.con.execute(
            f"create or replace temp view prepared_{name} as "
            f"from {parquet(files, f'hive_partitioning = {str(known).lower()}')}"
        )


def _wide(model: DataModel, plan: Plan, substituted: bool) -> str:
    """One statement for all roles of a dataset: own rows ⟕ mention ⟕ claims turned to columns ⟕ golden record.

    Where golden values are not shared with the department (`substituted`), what stands in for them takes their place.
    """
    steps, columns, joins = [], [], []
    for number, role in enumerate(plan.roles):
        states = "".join(
            f", max(c.state) filter (where c.attribute = '{a.name}') as s{i}" for i, a in enumerate(role.attributes)
        )
        same_row = " and ".join(f"{{0}}.{name} = o.{name}" for name in IDENTITY)
        steps += [
            f"m{number} as (select o.place, m.entity_id from own o join mention m on {same_row.format('m')} "
            f"where m.role = {literal(role.name)} and m.entity_kind = '{role.kind}' and m.dataset = {literal(plan.dataset)})",
            f"c{number} as (select o.place{states} from own o join claim c on {same_row.format('c')} "
            f"where c.role = {literal(role.name)} and c.entity_kind = '{role.kind}' group by o.place)",
        ]
        joins += [
            f"left join m{number} on m{number}.place = o.place",
            f"left join c{number} on c{number}.place = o.place",
            f"left join golden_{role.kind} g{number} on g{number}.{role.kind}_id = m{number}.entity_id",
        ]
        if substituted and role.attributes:
            steps.append(_substitutes(role, number))
            joins.append(f"left join x{number} on x{number}.entity_id = m{number}.entity_id")
        columns.append(f"m{number}.entity_id as {identifier(role.entity)}")
        for i, attribute in enumerate(role.attributes):
            value = shown(model, role.kind, attribute.name, f"g{number}")
            if substituted:
                stored = model.golden(role.kind).arrow.field(attribute.name).type
                number_type = (
                    "double" if pa.types.is_floating(stored) else "bigint" if pa.types.is_integer(stored) else "varchar"
                )
                value = f"case when x{number}.h{i} then try_cast(x{number}.v{i} as {number_type}) else {value} end"
            columns.append(f"{value} as {identifier(attribute.value)}")
            if attribute.mark:
                columns.append(
                    f"case when m{number}.entity_id is null then null when c{number}.s{i} = 3 then '{AGREES}' "
                    f"when c{number}.s{i} = 2 then '{DIFFERS}' when c{number}.s{i} = 1 then '{INVALID}' "
                    f"when ({value}) is null then '{NONE}' else '{MISSING}' end as {identifier(attribute.mark)}"
                )
    joins.append(
        "left join duplicate d on d.delivery_id = o.delivery_id and d.sheet_name = o.sheet_name "
        f"and d.row_number = o.row_number and d.dataset = {literal(plan.dataset)}"
    )
    columns.append(f"d.others as {identifier(plan.duplicates)}")
    with_steps = f"with {', '.join(steps)} " if steps else ""
    return f"{with_steps}select {', '.join(columns)} from own o {' '.join(joins)} order by o.place"


def _substitutes(role: Role, number: int) -> str:
    """Per entity and attribute of a role whether something stands in for the golden value, and what."""
    columns = "".join(
        f", bool_or(attribute = '{a.name}') as h{i}, any_value(value) filter (where attribute = '{a.name}') as v{i}"
        for i, a in enumerate(role.attributes)
    )
    return f"x{number} as (select entity_id{columns} from prepared_substitute where entity_kind = '{role.kind}' group by entity_id)"


def _worded(codes: pa.ChunkedArray, words: Mapping[str, str]) -> pa.ChunkedArray:
    """Codes as Chinese words; a code without one stays as it is."""
    encoded = codes.combine_chunks().dictionary_encode()
    dictionary = pa.array([words.get(code, code) for code in encoded.dictionary.to_pylist()], pa.string())
    return pa.chunked_array([dictionary.take(encoded.indices)], pa.string())
