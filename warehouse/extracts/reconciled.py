"""Reconcile one platform's rows with the release: entity ids, golden values, marks, duplicates, findings.

Belongs here: the queries over stage files. Does not: who may see what (`plan`) or how it is written (`write`,
`workbook`). DuckDB joins by row identity and streams in row order; no row becomes a Python object.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from warehouse.extracts.concerned import granted
from warehouse.extracts.plan import MISSING, NONE, STATES, Attribute, Plan, Role
from warehouse.extracts.prepare import GOLDEN, NOTHING, PREPARED, RENEWED, shown
from warehouse.extracts.stage_views import keep, show
from warehouse.extracts.states import Numbers, number_attributes, state
from warehouse.extracts.work_list import NUMBER, actions
from warehouse.model.catalogue import PLATFORM
from warehouse.model.data_model import DataModel
from warehouse.model.home import Home
from warehouse.model.landing import REJECTED
from warehouse.model.quality import RECONCILIATION
from warehouse.model.session import connect
from warehouse.model.sql import identifier, literal, parquet, statement
from warehouse.model.verification import REQUEST
from warehouse.model.vocabulary import CARE_BASIS, REASON, ROLE, VERIFICATION_STATE
from warehouse.verification.findings import FINDING_INDEX

IDENTITY = ("delivery_id", "sheet_name", "row_number")
ROW = ("delivery_id", "file_name", "sheet_name", "row_number")
OWN = ("本方主键", "本方名称", "角色")
"""How the department itself knows a row, and which role of it is meant."""
PLACE = ("实体类型", "实体编号", "来源文件", "来源工作表", "来源行号")
"""What the role names, and where the row stands."""
FINDING = (
    "处理", *OWN, "属性", "本方原文", "主记录值", "主记录值的主张部门", "主张日期", "主记录采信原因", "本方未采信原因", "确信度", *PLACE, NUMBER,
)  # fmt: skip
DOUBT = (*OWN, "疑似同一的实体编号", "匹配概率", *PLACE)
DUPLICATE = (*OWN, "另见", *PLACE)
REQUESTED = (
    "校核编号", "校核状态", "角色", "属性", "本方原文", "主记录值", "本方所述正确值", "数源部门", "提出日期", "答复期限", "答复日期",
    "数源部门答复", "实体编号", "来源行号",
)  # fmt: skip
ALONE = (*OWN, *PLACE)
CARE_TAG = (*OWN, "关爱标签", "来由", "来源部门", "起始日期", "结束日期", "是否现行", "主张日期", *PLACE)
REJECTION = ("来源文件", "来源工作表", "来源行号", "列", "原因代码", "原因")


class Reconciliation:
    """Queries over the stage files of one home; a context manager that holds one DuckDB connection.

    `platform` chooses whose rows are looked at; the methods after it are about that platform alone.
    """

    def __init__(self, home: Home, *, threads: int | None = None, sessions: int = 1) -> None:
        self.home = home
        self.rows_above = 0
        self._lacking: list[pa.Table] = []
        self._threads, self._sessions = threads, sessions
        names = PLATFORM.read(home.stage("catalogue", "platform")).to_pylist()
        self.departments = {row["department"]: row["department_zh"] for row in names}

    @cached_property
    def numbers(self) -> Numbers:
        """Where the states of attributes stand."""
        return number_attributes(granted(self.home))

    @cached_property
    def con(self) -> duckdb.DuckDBPyConnection:
        """Opened when the first platform is looked at: where all hold none is."""
        con, home = connect(threads=self._threads, sessions=self._sessions), self.home
        for kind in home.data_model.kinds:
            needed = home.prepared_extracts / GOLDEN.format(kind)
            golden = needed if needed.exists() else home.stage("golden", kind)
            show(con, f"golden_{kind}", home.data_model.golden(kind), [golden])
        show(con, "requested", REQUEST, [home.stage("quality", "verification_request")])
        show(con, "rejected", REJECTED, [home.stage("quality", "rejected")])
        show(con, "reconciliation", RECONCILIATION, [home.stage("quality", "reconciliation")])
        return con

    def __enter__(self) -> Reconciliation:
        return self

    def __exit__(self, *_: object) -> None:
        if "con" in self.__dict__:
            self.con.close()

    def platform(self, platform: str, granted: frozenset[tuple[str, str]], rows_above: int = 0) -> None:
        """Gather mentions, claims and duplicates of one platform.

        Args:
            platform: its name.
            granted: (kind, attribute) pairs; which claims are looked at at all.
            rows_above: rows above the first data row of its files, as the catalogue says.
        """
        self.rows_above = rows_above
        self.con.execute(f"set variable rows_above = {rows_above:d}")
        pairs = sorted(granted)
        columns = {"entity_kind": [k for k, _ in pairs], "attribute": [a for _, a in pairs]}
        schema = pa.schema([("entity_kind", pa.string()), ("attribute", pa.string())])
        keep(self.con, "granted", pa.table(columns, schema=schema))
        keep(self.con, "platform", pa.table({"platform": [platform]}))
        self.con.execute(
            "create or replace temp view request as select r.* from requested r semi join platform using (platform)"
        )
        for name in (*PREPARED, RENEWED):
            self._prepared(name, platform)
        for step in ("mention", "claim", "duplicate"):
            self.con.execute(statement("warehouse.extracts", step))
        self.con.execute(
            "create or replace temp table own_row (delivery_id varchar, sheet_name varchar, row_number bigint, key varchar, name varchar)"
        )
        self._lacking = []

    def know_rows(self, rows: pa.Table, key: Sequence[str], name: str | None) -> None:
        """Remember by which key and name the department itself knows the rows of a dataset, for its work list.

        Args:
            rows: its current rows.
            key: columns of its key; none: there is none.
            name: the column with the name of what a row is about; None where there is none.
        """
        texts = [pc.fill_null(rows[column], "") for column in key]
        keys = pc.binary_join_element_wise(*texts, " ") if texts else pa.nulls(rows.num_rows, pa.string())
        names = rows[name] if name else pa.nulls(rows.num_rows, pa.string())
        self.con.register(
            "further", pa.table([*(rows[c] for c in IDENTITY), keys, names], names=[*IDENTITY, "key", "name"])
        )
        self.con.execute("insert into own_row from further")
        self.con.unregister("further")

    def asserted(self) -> frozenset[tuple[str, str, str]]:
        """(dataset, role, attribute) the platform's rows say something about, among what may be seen."""
        return frozenset(self.con.sql(statement("warehouse.extracts", "asserted")).fetchall())

    def columns(self, plan: Plan, rows: pa.Table, batch_rows: int) -> pa.RecordBatchReader:
        """Our columns for `rows`, in their order, `batch_rows` at a time: per role entity, values and marks; duplicates."""
        own = pa.table({"place": np.arange(rows.num_rows), **{name: rows[name] for name in IDENTITY}})
        keep(self.con, "own", own)
        (substituted,) = self.con.sql("select count(*) > 0 from prepared_substitute").fetchall()[0]
        return self.con.sql(_wide(self.home.data_model, plan, self.numbers, substituted)).to_arrow_reader(batch_rows)

    def to_renew(self, rows: pa.Table) -> np.ndarray:
        """The positions of those of `rows` that are worked out again, in their order."""
        own = pa.table({"place": np.arange(rows.num_rows), **{name: rows[name] for name in IDENTITY}})
        keep(self.con, "own", own)
        same = f"({', '.join(IDENTITY)}) in (select ({', '.join(IDENTITY)}) from prepared_renewed)"
        found = self.con.sql(f"select place from own where {same} order by place").to_arrow_table()
        return found["place"].to_numpy()

    def places_renewed(self) -> pa.Table:
        """The rows that are worked out again, as lists name them."""
        found = self.con.sql("select distinct file_name, sheet_name, row_number from prepared_renewed").to_arrow_table()
        return pa.table([*found.columns[:2], self.row_seen(found["row_number"])], names=list(PLACE[2:]))

    def know_missing(self, plan: Plan, own: pa.Table, columns: pa.RecordBatch) -> None:
        """Remember, for the work list, what a dataset has a place for, leaves empty in a row, and others know.

        Args:
            plan: of the dataset.
            own: some of its rows.
            columns: ours for them.
        """
        for role in plan.roles:
            for attribute in (a for a in role.attributes if a.mark):
                lacks = pc.equal(columns[attribute.mark], MISSING)
                if pc.any(lacks).as_py():
                    self._lacking.append(_lacking(role, attribute, own.filter(lacks), columns.filter(lacks)))

    def findings(self) -> tuple[pa.Table, pa.Table]:
        """Where the department has something to do, most certain first: text in Chinese (`FINDING`), and codes (`FINDING_INDEX`)."""
        keep(self.con, "lacking", pa.concat_tables([LACKING.empty_table(), *self._lacking]))
        found = self.con.sql(statement("warehouse.extracts", "finding")).to_arrow_table()
        action = actions(found["state"], found["certainty"])
        index = found.append_column("action", action).select(FINDING_INDEX.names).cast(FINDING_INDEX)
        model = self.home.data_model
        titles = {f"{kind} {name}": title for kind in model.kinds for name, title in model.titles(kind).items()}
        columns = [
            action,
            *self._own(found),
            _worded(pc.binary_join_element_wise(found["entity_kind"], found["attribute"], " "), titles),
            found["written"],
            found["value"],
            found["departments"],
            found["last_claimed_on"].cast(pa.string()),
            _worded(found["won_because"], REASON),
            _worded(found["lost_because"], REASON),
            found["certainty"],
            *self._place(found),
            found["finding"],
        ]
        return pa.table(columns, names=list(FINDING)), index

    def requests(self) -> pa.Table:
        """What the department said of findings before, and what became of it, newest first; see `REQUESTED`."""
        found = self.con.sql("from request order by request_id desc").to_arrow_table()
        model = self.home.data_model
        titles = {f"{kind} {name}": title for kind in model.kinds for name, title in model.titles(kind).items()}
        sources = [
            "、".join(self.departments.get(code, code) for code in codes) for codes in found["sources"].to_pylist()
        ]
        replies = pc.binary_join_element_wise(
            pc.fill_null(found["reply_value"], ""), pc.fill_null(found["reply_why"], ""), " "
        )
        days = [found[name].cast(pa.string()) for name in ("requested_on", "due_on", "replied_on")]
        columns = [
            found["request_id"], _worded(found["verification_state"], VERIFICATION_STATE), _worded(found["role"], ROLE),
            _worded(pc.binary_join_element_wise(found["entity_kind"], found["attribute"], " "), titles),
            found["own_value"], found["golden_value"], found["right_value"], pa.array(sources, pa.string()), *days,
            pc.utf8_trim_whitespace(replies), found["entity_id"], found["row_number"],
        ]  # fmt: skip
        return pa.table(columns, names=list(REQUESTED))

    def doubts(self) -> pa.Table:
        """Rows of which the entity may be the same as another one; see `DOUBT`."""
        found = self.con.sql(statement("warehouse.extracts", "doubt")).to_arrow_table()
        return pa.table(
            [*self._own(found), found["other_entity_id"], found["probability"], *self._place(found)], names=list(DOUBT)
        )

    def duplicates(self) -> pa.Table:
        """Rows that are about the same as another row; see `DUPLICATE`."""
        found = self.con.sql(statement("warehouse.extracts", "duplicated")).to_arrow_table()
        return pa.table([*self._own(found), found["others"], *self._place(found)], names=list(DUPLICATE))

    def alone(self) -> pa.Table:
        """Rows about what no other platform knows; see `ALONE`."""
        found = self.con.sql(statement("warehouse.extracts", "alone")).to_arrow_table()
        return pa.table([*self._own(found), *self._place(found)], names=list(ALONE))

    def care_tags(self) -> pa.Table:
        """Care tags of the persons the rows name, those the department may see; see `CARE_TAG`."""
        found = self.con.sql(statement("warehouse.extracts", "care_tag")).to_arrow_table()
        days = [found[name].cast(pa.string()) for name in ("since", "until")]
        current = pc.if_else(found["is_current"], "是", "否")
        said = [found["tag"], _worded(found["basis"], CARE_BASIS), _worded(found["department"], self.departments)]
        columns = [*self._own(found), *said, *days, current, found["claimed_on"].cast(pa.string()), *self._place(found)]
        return pa.table(columns, names=list(CARE_TAG))

    def _own(self, found: pa.Table) -> list[pa.ChunkedArray]:
        return [found["key"], found["name"], _worded(found["role"], ROLE)]

    def _place(self, found: pa.Table) -> list[pa.ChunkedArray]:
        kinds = _worded(found["entity_kind"], self.home.data_model.kind_titles)
        place = [found[name] for name in ("entity_id", "file_name", "sheet_name")]
        return [kinds, *place, self.row_seen(found["row_number"])]

    def row_seen(self, row_number: pa.ChunkedArray) -> pa.ChunkedArray:
        """Numbers of data rows as the rows the department sees in its spreadsheet or editor; null stays null."""
        return pc.add(row_number, self.rows_above)

    def rejections(self, platform: str) -> pa.Table:
        """The rows of the platform's deliveries that did not land, each with its reason; deliveries that wait, or are odd."""
        self.con.execute(statement("warehouse.extracts", "rejection"), {"platform": platform})
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


def _wide(model: DataModel, plan: Plan, numbers: Numbers, substituted: bool) -> str:
    """One statement for all roles of a dataset: own rows ⟕ mention, with the states of its claims ⟕ golden record.

    Where golden values are not shared with the department (`substituted`), what stands in for them takes their place.
    """
    steps, columns, joins = [], [], []
    for number, role in enumerate(plan.roles):
        same_row = " and ".join(f"{{0}}.{name} = o.{name}" for name in IDENTITY)
        steps.append(
            f"m{number} as (select o.place, m.entity_id, columns('^states_') from own o join mention m on {same_row.format('m')} "
            f"where m.role = {literal(role.name)} and m.entity_kind = '{role.kind}' and m.dataset = {literal(plan.dataset)})"
        )
        joins += [
            f"left join m{number} on m{number}.place = o.place",
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
                said = state(f"m{number}", numbers[role.kind, attribute.name])
                marks = " ".join(f"when {n} then '{mark}'" for n, mark in enumerate(STATES) if n)
                columns.append(
                    f"case when m{number}.entity_id is null then null else case {said} {marks} "
                    f"else if(({value}) is null, '{NONE}', '{MISSING}') end end as {identifier(attribute.mark)}"
                )
    joins.append(
        "left join duplicate d on d.delivery_id = o.delivery_id and d.sheet_name = o.sheet_name "
        f"and d.row_number = o.row_number and d.dataset = {literal(plan.dataset)}"
    )
    columns.append(f"d.others as {identifier(plan.duplicates)}")
    with_steps = f"with {', '.join(steps)} " if steps else ""
    return f"{with_steps}select {', '.join(columns)} from own o {' '.join(joins)} order by o.place"


LACKING = pa.schema(
    [(n, pa.int64() if n == "row_number" else pa.string()) for n in ROW]
    + [(n, pa.string()) for n in ("role", "entity_kind", "entity_id", "attribute", "value")]
    + [("number", pa.float64())]
)
"""Golden values of which rows claim nothing: texts, or numbers with a fraction, of which DuckDB makes texts."""


def _lacking(role: Role, attribute: Attribute, own: pa.Table, columns: pa.RecordBatch) -> pa.Table:
    """The golden values of an attribute, for rows that claim nothing of it."""
    value, rows = columns[attribute.value], own.num_rows
    is_number = pa.types.is_floating(value.type)
    said = {
        **{name: own[name] for name in ROW},
        **{
            n: pa.repeat(v, rows)
            for n, v in (("role", role.name), ("entity_kind", role.kind), ("attribute", attribute.name))
        },
        "entity_id": columns[role.entity],
        "value": pa.nulls(rows, pa.string()) if is_number else value.cast(pa.string()),
        "number": value.cast(pa.float64()) if is_number else pa.nulls(rows, pa.float64()),
    }
    return pa.table([said[name] for name in LACKING.names], schema=LACKING)


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
