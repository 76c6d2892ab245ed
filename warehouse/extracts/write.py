"""Write one department's extract of one release: per dataset Parquet and CSV, per platform a workbook, one manifest.

Belongs here: which files there are and how they get into place. Does not: what they hold (`plan`, `reconciled`) or look
like (`workbook`). Rows go from DuckDB to the files in batches; a whole dataset is held only for its workbook, which is left
out for datasets too large to be worked on by hand.
"""

from __future__ import annotations

import hashlib
import re
import shutil
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from warehouse import ledger
from warehouse.extracts.manifest import (
    DatasetCounts,
    Entitled,
    ExtractFile,
    ExtractManifest,
    ExtractReport,
    entitled_lines,
)
from warehouse.extracts.plan import MARKS, Plan, entitled, entitled_tags, plan_dataset
from warehouse.extracts.reconciled import Reconciliation
from warehouse.extracts.safe_text import guard_csv
from warehouse.extracts.unchanged import former_extract, read_contents, take_over
from warehouse.extracts.work_list import (
    ACTIONS,
    ALONE,
    DOUBT,
    DUPLICATE,
    REJECTED,
    REQUESTED,
    by_action,
    overview,
    with_news,
)
from warehouse.extracts.workbook import Sheet, write_workbook
from warehouse.model.catalogue import DATASET, ENTITLEMENT, FIELD, PLATFORM
from warehouse.model.durable import sync
from warehouse.model.home import Home
from warehouse.model.landing import PROVENANCE
from warehouse.release.manifest import LedgerHead, file_line
from warehouse.verification.findings import finding_path
from warehouse.verification.sheet import CHOICES, with_places_for_answers

WORKBOOK_ROWS = 200_000
WORK_LIST = "工作清单"
CARE_TAGS = "关爱标签"
ACTION = "处理"
FROZEN = {REJECTED: 0}
"""Columns on the left of a list that stay in sight, where it is not the two by which the department knows a row."""
BATCH_ROWS = 100_000
BOM = b"\xef\xbb\xbf"
HEAD = frozenset([c.name for c in PROVENANCE] + ["repeat", "claimed_on"])
NOTES = "说明"
Row = dict[str, Any]
Fields = dict[tuple[str, str], dict[str, str]]
"""(platform, dataset) → `<role>.<attribute>` → the column that feeds it."""


@dataclass(frozen=True)
class OwnRows:
    """The current rows of one dataset of a department.

    Attributes:
        platform, dataset: which.
        state: a fingerprint of the rows and of how an extract is made of them; '' where it is not known.
        read: gives the rows: provenance columns, `repeat`, `claimed_on`, then the source columns as text. Called once,
            when the dataset's turn comes, so that no two datasets are in memory together.
    """

    platform: str
    dataset: str
    read: Callable[[], pa.Table]
    state: str = ""


def write_extract(
    home: Home,
    version: str,
    department: str,
    own: Sequence[OwnRows],
    *,
    workbook_rows: int = WORKBOOK_ROWS,
    threads: int | None = None,
    memory_limit: str | None = None,
) -> ExtractReport:
    """Write `<home>/extracts/<department>/<version>/` from the stage files; replace it if it is there already.

    The department finds every current row it delivered, as it delivered it, with the entity each role names, and for the
    attributes `catalogue/entitlement` grants it (all others are denied): the golden value and a mark that compares it with its
    own. `工作清单` lists what there is to do, who says so, why, and how certain that is. Values are unmasked: the entitlement is the permission.
    A platform about which nothing changed since the former extract gets the files of that one (`unchanged`).

    Args:
        home: the home whose stage files are of release `version`, after `prepare_extracts`.
        version: the release.
        department: code of the department; only platforms the catalogue says it owns are written.
        own: its datasets.
        workbook_rows: of platforms with more current rows the workbook holds the work list alone.
        threads: DuckDB threads; DuckDB's default if not given.
        memory_limit: DuckDB memory, e.g. '2GB'.

    Raises:
        PermissionError: a dataset belongs to a platform of another department.
        KeyError: a dataset the catalogue does not know.
    """
    platforms = {r["platform"]: r for r in PLATFORM.read(home.stage("catalogue", "platform")).to_pylist()}
    datasets = {(r["platform"], r["dataset"]): r for r in DATASET.read(home.stage("catalogue", "dataset")).to_pylist()}
    entitlements = ENTITLEMENT.read(home.stage("catalogue", "entitlement"))
    foreign = sorted({o.platform for o in own if platforms[o.platform]["department"] != department})
    if foreign:
        raise PermissionError(f"extract of {department}: {', '.join(foreign)} belong to other departments")
    names = {p["department"]: p["department_zh"] for p in platforms.values()}
    target = home.extract(department, version)
    folder = target.with_name(f".{version}.writing")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        with Reconciliation(home, threads=threads, memory_limit=memory_limit) as reconciliation:
            former = former_extract(target.parent, version)
            writer = _Writer(
                folder, version, reconciliation, _fields(home), workbook_rows, former, _contents(home, own)
            )
            writer.granted = [r for r in entitlements.to_pylist() if r["department"] == department]
            with writer.packing:
                for platform in dict.fromkeys(o.platform for o in own):
                    here = [(o, datasets[platform, o.dataset]) for o in own if o.platform == platform]
                    granted = entitled(home.data_model, entitlements, department, platform)
                    tags = entitled_tags(entitlements, department, platform)
                    writer.platform(platforms[platform], here, granted, tags)
                manifest = writer.finish(department, names.get(department, department))
        for file in folder.iterdir():
            sync(file)
        shutil.rmtree(target, ignore_errors=True)
        folder.rename(target)
        sync(target.parent)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return _report(manifest, target)


def _contents(home: Home, own: Sequence[OwnRows]) -> dict[str, str]:
    """A fingerprint per platform of all its files are made of; none of a platform of which something is not known."""
    known = read_contents(home)
    files = [home.stage("catalogue", table.name) for table in (ENTITLEMENT, DATASET, FIELD)]
    catalogue = [file_line(file).sha256 if file.exists() else "" for file in files]
    found = {}
    for platform in dict.fromkeys(o.platform for o in own):
        states = [o.state for o in own if o.platform == platform]
        if all(states):
            parts = (*states, *catalogue, known.get(platform, ""))
            found[platform] = hashlib.sha256("\0".join(parts).encode()).hexdigest()
    return found


def _fields(home: Home) -> Fields:
    """Per (platform, dataset) which column feeds `<role>.<attribute>`, as the catalogue says."""
    found: Fields = {}
    for row in FIELD.read(home.stage("catalogue", "field")).to_pylist():
        fed = found.setdefault((row["owner"], row["dataset"]), {})
        for place in row["attributes"]:
            role, _, attribute = place.partition(".")
            fed.setdefault(f"{role}.{attribute}", row["field"])
    return found


class _Writer:
    """Writes the files of one extract into a folder and remembers what it wrote."""

    def __init__(
        self,
        folder: Path,
        version: str,
        reconciliation: Reconciliation,
        fields: Fields,
        workbook_rows: int,
        former: tuple[Path, ExtractManifest] | None,
        contents: dict[str, str],
    ) -> None:
        self.folder, self.version = folder, version
        self.reconciliation, self.workbook_rows = reconciliation, workbook_rows
        self.fields = fields
        self.former, self.contents = former, contents
        self.since: dict[str, str] = {}
        self.asserted: frozenset[tuple[str, str, str]] = frozenset()
        # The workbook of one platform is packed while DuckDB works on the next; never two, so memory stays bounded.
        self.packing = ThreadPoolExecutor(max_workers=1)
        self.packed: Future[None] | None = None
        self.files: list[ExtractFile] = []
        self.datasets: list[DatasetCounts] = []
        self.notes: list[str] = []
        self.entitlements: list[Entitled] = []
        self.granted: list[Row] = []

    @property
    def home(self) -> Home:
        """The home whose stage files are read."""
        return self.reconciliation.home

    def platform(
        self,
        platform: Row,
        own: Sequence[tuple[OwnRows, Row]],
        granted: frozenset[tuple[str, str]],
        tags: frozenset[tuple[str, str]],
    ) -> None:
        """Write all files of one platform."""
        name, title = platform["platform"], platform["title_zh"]
        self.entitlements += entitled_lines(self.granted, name, granted | tags)
        if self._take_over(name, title):
            return
        self.since[name] = self.version
        self.reconciliation.platform(name, granted, platform["rows_above"])
        self.asserted = self.reconciliation.asserted()
        sheets: list[Sheet] = []
        rows = 0
        for dataset, about in own:
            table = dataset.read()
            rows += table.num_rows
            if rows > self.workbook_rows:
                sheets = []  # no longer worth holding in memory
            sheet = self._dataset(dataset, about, table, granted, keep=rows <= self.workbook_rows)
            if sheet:
                sheets.append(sheet)
        self._note_size(title, rows)
        work = self._work_list(name)
        first = Sheet("概览", overview(title, self.version, work, rows), prose="如何处理")
        lists = [
            Sheet(
                action,
                with_places_for_answers(table.drop_columns(ACTION)) if ACTION in table.column_names else table,
                frozen=FROZEN.get(action, 2),
                choices=CHOICES if ACTION in table.column_names else {},
            )
            for action, table in work.items()
            if table.num_rows
        ]
        cared = self._care_tags(name) if tags else []
        self.wait()
        sheets = [first, *lists, *cared, *sheets, _notes_sheet(title, self.version)]
        self.packed = self.packing.submit(self._pack, name, title, sheets, rows)

    def _take_over(self, platform: str, title: str) -> bool:
        """Whether the files of a platform are those of the former extract, which are then here."""
        if self.former is None or self.contents.get(platform) is None:
            return False
        folder, manifest = self.former
        files = [file for file in manifest.files if file.platform == platform]
        same = self.contents[platform] == manifest.contents.get(platform)
        if not same or not files or not take_over(folder, files, self.folder):
            return False
        own = [dataset for dataset in manifest.datasets if dataset.platform == platform]
        self.files += files
        self.datasets += own
        self.since[platform] = manifest.since.get(platform, manifest.release)
        self._note_size(title, sum(dataset.rows for dataset in own))
        self.notes.append(f"{title}：自发布版 {self.since[platform]} 以来没有变化，文件沿用该版")
        return True

    def _note_size(self, title: str, rows: int) -> None:
        if rows > self.workbook_rows:
            self.notes.append(
                f"{title}：现行 {rows} 行，超过 {self.workbook_rows} 行，工作簿只含工作清单，全部数据请用 CSV 或 Parquet"
            )

    def _work_list(self, platform: str) -> dict[str, pa.Table]:
        """Write what the department of a platform has to do; return it by action, in the order of work."""
        found = self.reconciliation
        listed, index = found.findings()
        path = finding_path(found.home, platform)
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(index, path, compression="zstd", compression_level=1)
        findings = with_news(listed, self._former(platform, WORK_LIST))
        tables = {
            DUPLICATE: ("duplicates", found.duplicates()),
            DOUBT: ("doubts", found.doubts()),
            ALONE: ("alone", found.alone()),
            REJECTED: ("rejected", found.rejections(platform)),
            REQUESTED: ("requests", found.requests()),
        }
        for suffix, (content, table) in {WORK_LIST: ("findings", findings), **tables}.items():
            with _Files(self.folder / _stem(platform, suffix), table.schema) as files:
                files.write(table)
            self._add(_stem(platform, suffix), platform, "", content, table.num_rows)
        return {**by_action(findings), **{action: table for action, (_, table) in tables.items()}}

    def _care_tags(self, platform: str) -> list[Sheet]:
        """Write the care tags of the persons a platform's rows name; their sheet, none where nobody has any."""
        table = self.reconciliation.care_tags()
        stem = _stem(platform, CARE_TAGS)
        with _Files(self.folder / stem, table.schema) as files:
            files.write(table)
        self._add(stem, platform, "", "care_tags", table.num_rows)
        return [Sheet(CARE_TAGS, table, frozen=2)] if table.num_rows else []

    def _former(self, platform: str, suffix: str) -> Path | None:
        """The file of that name in the newest extract of another release; None where there is none."""
        version = self._former_version()
        return self.folder.parent / version / f"{_stem(platform, suffix)}.parquet" if version else None

    def _former_version(self) -> str:
        """The release of the newest other extract, '' where there is none."""
        return max(
            (
                f.name
                for f in self.folder.parent.iterdir()
                if f.is_dir() and f.name[0] != "." and f.name != self.version
            ),
            default="",
        )

    def wait(self) -> None:
        """Wait until the workbook under way is written; raise what went wrong with it."""
        if self.packed:
            self.packed.result()

    def _pack(self, platform: str, title: str, sheets: list[Sheet], rows: int) -> None:
        write_workbook(self.folder / f"{_stem(platform, title)}.xlsx", sheets)
        self._add(_stem(platform, title), platform, "", "workbook", rows, endings=("xlsx",))

    def _dataset(
        self, own: OwnRows, about: Row, rows: pa.Table, granted: frozenset[tuple[str, str]], *, keep: bool
    ) -> Sheet | None:
        """Write Parquet and CSV of one dataset; give its sheet if it is to be kept."""
        columns = [c for c in rows.column_names if c not in HEAD]
        key = [column for column in about["key"].split("+") if column in rows.column_names]
        self.reconciliation.know_rows(rows, key, self._name_column(own, about, columns))
        fed = self.fields.get((own.platform, own.dataset), {})
        asserted = frozenset((role, attribute) for role, _, attribute in (place.partition(".") for place in fed)) | {
            (role, attribute) for found, role, attribute in self.asserted if found == own.dataset
        }
        plan = plan_dataset(
            self.reconciliation.home.data_model,
            own.platform,
            own.dataset,
            about["title_zh"],
            roles=about["roles"],
            subject=about["subject"],
            granted=granted,
            asserted=asserted,
            own_columns=columns,
        )
        self.reconciliation.know_missing(plan)
        reader = self.reconciliation.columns(plan, rows, BATCH_ROWS)
        left = _own_columns(plan, rows, columns, self.reconciliation.row_seen(rows["row_number"]))
        schema = pa.schema(list(left.schema) + list(reader.schema))
        given: Counter[str] = Counter(dict.fromkeys(MARKS, 0))
        kept, done, duplicates = [schema.empty_table()], 0, 0
        stem = _stem(own.platform, own.dataset)
        with _Files(self.folder / stem, schema) as files:
            for batch in reader:
                part = left.slice(done, batch.num_rows)
                table = pa.Table.from_arrays(part.columns + pa.Table.from_batches([batch]).columns, schema=schema)
                files.write(table)
                done += batch.num_rows
                duplicates += batch.num_rows - table[plan.duplicates].null_count
                for mark in plan.marks:
                    given.update(
                        {c["values"]: c["counts"] for c in table[mark].value_counts().to_pylist() if c["values"]}
                    )
                if keep:
                    kept.append(table)
        self.datasets.append(
            DatasetCounts(
                platform=own.platform, dataset=own.dataset, rows=done, marks=dict(given), duplicates=duplicates
            )
        )
        self._add(stem, own.platform, own.dataset, "rows", done)
        return Sheet(plan.title, pa.concat_tables(kept), _groups(plan, columns), plan.marks) if keep else None

    def _name_column(self, own: OwnRows, about: Row, columns: Sequence[str]) -> str | None:
        """The column a clerk knows a row by: the one that feeds the first attribute of what the row is about."""
        kinds = {name: kind for name, _, kind in (role.partition(":") for role in about["roles"])}
        kind = kinds.get(about["subject"] or "")
        fed = self.fields.get((own.platform, own.dataset), {})
        cells = self.reconciliation.home.data_model.cells(kind) if kind else {}
        wanted = (f"{about['subject']}.{cell}" for cell in cells)
        return next((fed[place] for place in wanted if fed.get(place) in columns), None)

    def finish(self, department: str, title: str) -> ExtractManifest:
        """Write the notes and the manifest."""
        self.wait()
        text = "\r\n".join(
            [f"{title} 回流数据　发布版 {self.version}", "", *(line for line, _ in _explanations()), *self.notes]
        )
        (self.folder / f"{NOTES}.txt").write_bytes(BOM + text.encode() + b"\r\n")
        self._add(NOTES, "", "", "notes", 0, endings=("txt",))
        seen = ledger.head(self.home)
        manifest = ExtractManifest(
            release=self.version,
            department=department,
            department_zh=title,
            datasets=tuple(self.datasets),
            files=tuple(sorted(self.files, key=lambda file: file.name)),
            notes=tuple(self.notes),
            contents=self.contents,
            since=self.since,
            entitlements=tuple(self.entitlements),
            former=self._former_version(),
            ledger=LedgerHead.model_validate(ledger.seal(self.home, seen)) if seen.lines else None,
        )
        manifest.write(self.folder)
        return manifest

    def _add(
        self,
        stem: str,
        platform: str,
        dataset: str,
        content: str,
        rows: int,
        *,
        endings: Sequence[str] = ("csv", "parquet"),
    ) -> None:
        for ending in endings:
            line = file_line(self.folder / f"{stem}.{ending}")
            facts = {"platform": platform, "dataset": dataset, "content": content, "rows": rows}
            self.files.append(ExtractFile.model_validate(line.model_dump() | facts))


class _Files:
    """The Parquet and the CSV of one table, written batch by batch."""

    def __init__(self, stem: Path, schema: pa.Schema) -> None:
        self.parquet = pq.ParquetWriter(f"{stem}.parquet", schema, compression="zstd", compression_level=1)
        self.text = pa.OSFile(f"{stem}.csv", "wb")
        self.text.write(BOM)  # without it Excel takes UTF-8 for the code page of the machine
        self.csv = pa_csv.CSVWriter(self.text, guard_csv(schema.empty_table()).schema)

    def __enter__(self) -> _Files:
        return self

    def write(self, table: pa.Table) -> None:
        """Append rows."""
        self.parquet.write_table(table)
        self.csv.write_table(guard_csv(table))

    def __exit__(self, *_: object) -> None:
        self.csv.close()
        self.text.close()
        self.parquet.close()


def _own_columns(plan: Plan, rows: pa.Table, columns: list[str], row_seen: pa.ChunkedArray) -> pa.Table:
    source = [rows["file_name"], rows["sheet_name"], row_seen]
    return pa.table(source + [rows[c] for c in columns], names=[*plan.source, *columns])


def _groups(plan: Plan, columns: list[str]) -> list[tuple[str, str, int]]:
    groups = [("来源", "source", len(plan.source)), (f"{plan.title}（本方原文）", "own", len(columns))]
    groups += [(role.group, "ours", 1 + sum(2 if a.mark else 1 for a in role.attributes)) for role in plan.roles]
    return [*groups, ("重复", "ours", 1)]


def _explanations() -> list[tuple[str, str]]:
    """What a reader of the extract must know, line by line, with the columns or files it is about."""
    lines = [(f"{mark}：{meaning}", "（比对）列") for mark, meaning in MARKS.items()]
    return [
        ("本数据为本部门现行数据与各部门数据比对归并后的回流结果，仅限本部门在授权范围内使用。", "全部"),
        (
            "来源文件、来源工作表、来源行号指明本方交付中的位置；行号与表格软件中所见一致，标题与表头计入；文本文件中没有任何字符的空行不计。",
            "来源列",
        ),
        ("本方各列为交付时的原文，未作改动。", "本方列"),
        ("编号为一张网实体编号，稳定不变，不含个人信息，可用于与其他部门交换核对。", "编号列"),
        (
            "主记录为各部门数据按权威性、时效、一致性和有效性采信的值，仅列出授权本部门查看的属性；本方没有的数据项只列主记录，不作比对。",
            "（主记录）列",
        ),
        *lines,
        ("本方重复：本平台另有现行数据行指向同一实体。", "本方重复"),
        ("确信度为主记录值正确的概率，由各平台相互印证的情况推算；0.9 以上列入“更正”，不足的列入“待核实”。", "确信度"),
        *((f"{action}：{what}", action) for action, what in ACTIONS.items()),
        (
            "关爱标签仅列授权本平台的各项，属敏感个人信息，限授权用途使用，不得转给他人；“推算”者由出生日期、同住人数得出，使用前请核实。",
            CARE_TAGS,
        ),
        (
            "“答复”填“采纳”或“不采纳”；不采纳的请写明理由，知道正确值的请填“正确值”。填好后经门户上传，或交数据管理部门导入。",
            "答复",
        ),
        ("CSV 为 UTF-8 编码；以 = + - @ 等开头的单元格前加了撇号，以防被当作公式；精确原值见 Parquet。", "CSV"),
    ]


def _notes_sheet(title: str, version: str) -> Sheet:
    lines = [(f"{title}　回流数据　发布版 {version}", "")] + _explanations()
    return Sheet(
        "说明", pa.table({"适用": [about for _, about in lines], "说明": [text for text, _ in lines]}), prose="说明"
    )


def _stem(platform: str, name: str) -> str:
    """The name of a file, without ending: nothing in it that a file system or a shell trips over."""
    return f"{platform}_{re.sub(r'[^0-9A-Za-z_·（）一-鿿-]', '_', name)}"


def _report(manifest: ExtractManifest, folder: Path) -> ExtractReport:
    marks: Counter[str] = Counter()
    for dataset in manifest.datasets:
        marks.update(dataset.marks)
    rows = {
        content: sum(f.rows for f in manifest.files if f.content == content and f.name.endswith(".parquet"))
        for content in ("findings", "rejected")
    }
    return ExtractReport(
        department=manifest.department,
        version=manifest.release,
        folder=folder,
        rows=sum(d.rows for d in manifest.datasets),
        findings=rows["findings"],
        rejected=rows["rejected"],
        files=len(manifest.files),
        marks=dict(marks),
        notes=manifest.notes,
    )
