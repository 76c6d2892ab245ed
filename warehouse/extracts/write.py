"""Write one department's extract of one release: per dataset Parquet and CSV, per platform a workbook, one manifest.

Belongs here: which files there are and how they get into place. Does not: what they hold (`datasets`, `reconciled`), which of it holds
since the former extract (`renewal`), or how it looks (`workbook`). Rows go from DuckDB to the files in batches; a whole dataset is held
only for its workbook, which is left out for datasets too large to be worked on by hand, and where most of its rows are those of the former extract.
"""

from __future__ import annotations

import itertools
import shutil
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from warehouse import ledger
from warehouse.extracts.datasets import BATCH_ROWS, Layout, OwnRows, know_rows, lay_out, read_fields
from warehouse.extracts.files import BOM, ENDINGS, TableFiles, link, stem
from warehouse.extracts.lists import Listed, in_order_of_work, list_work, renew_work, work_sheets
from warehouse.extracts.manifest import (
    DatasetCounts,
    Entitled,
    ExtractFile,
    ExtractManifest,
    ExtractReport,
    entitled_lines,
)
from warehouse.extracts.notes import NOTES, notes_sheet, notes_text
from warehouse.extracts.plan import entitled, entitled_tags
from warehouse.extracts.reconciled import Reconciliation
from warehouse.extracts.renewal import Prepared, former_version
from warehouse.extracts.renewed import FormerFiles, RenewedDataset, renewed_dataset
from warehouse.extracts.work_list import WORK_LIST, overview
from warehouse.extracts.workbook import Sheet, write_workbook
from warehouse.model.catalogue import DATASET, ENTITLEMENT, PLATFORM
from warehouse.model.durable import sync
from warehouse.model.home import Home
from warehouse.release.manifest import LedgerHead, file_line
from warehouse.release.renewal import How
from warehouse.verification.findings import finding_path

WORKBOOK_ROWS = 200_000
Row = dict[str, Any]


def write_extract(
    home: Home,
    version: str,
    department: str,
    own: Sequence[OwnRows],
    *,
    workbook_rows: int = WORKBOOK_ROWS,
    threads: int | None = None,
    at_a_time: int = 1,
) -> ExtractReport:
    """Write `<home>/extracts/<department>/<version>/` from the stage files; replace it if it is there already.

    The department finds every current row it delivered, as it delivered it, with the entity each role names, and for the
    attributes `catalogue/entitlement` grants it (all others are denied): the golden value and a mark that compares it with its
    own. `工作清单` lists what there is to do, who says so, why, and how certain that is. Values are unmasked: the entitlement is the permission.
    A platform about which nothing changed since the former extract gets the files of that one; of others rows are renewed, as
    `prepare_extracts` found out.

    Args:
        home: the home whose stage files are of release `version`, after `prepare_extracts`.
        version: the release.
        department: code of the department; only platforms the catalogue says it owns are written.
        own: its datasets.
        workbook_rows: of platforms with more current rows the workbook holds the work list alone.
        threads: DuckDB threads; DuckDB's default if not given.
        at_a_time: extracts that are written at the same time; they share the memory of one session.

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
        with Reconciliation(home, threads=threads, sessions=at_a_time) as reconciliation:
            writer = _Writer(folder, version, reconciliation, workbook_rows)
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
    return ExtractReport.of(manifest, target)


class _Writer:
    """Writes the files of one extract into a folder and remembers what it wrote."""

    def __init__(self, folder: Path, version: str, reconciliation: Reconciliation, workbook_rows: int) -> None:
        self.folder, self.version = folder, version
        self.reconciliation, self.workbook_rows = reconciliation, workbook_rows
        self.home = reconciliation.home
        self.fields = read_fields(self.home)
        self.prepared = Prepared.read(self.home)
        self.former_version = former_version(folder.parent, version)
        self.since: dict[str, str] = {}
        # The workbook of one platform is packed while DuckDB works on the next; never two, so memory stays bounded.
        self.packing = ThreadPoolExecutor(max_workers=1)
        self.packed: Future[None] | None = None
        self.files: list[ExtractFile] = []
        self.datasets: list[DatasetCounts] = []
        self.notes: list[str] = []
        self.entitlements: list[Entitled] = []
        self.granted: list[Row] = []

    def platform(
        self,
        platform: Row,
        own: Sequence[tuple[OwnRows, Row]],
        granted: frozenset[tuple[str, str]],
        tags: frozenset[tuple[str, str]],
    ) -> None:
        """Write all files of one platform."""
        name = platform["platform"]
        self.entitlements += entitled_lines(self.granted, name, granted | tags)
        how = self.prepared.how.get(name, How.WHOLE)
        if how is not How.WHOLE:
            former = self._former(name)
            if how is How.KEPT:
                self._take_over(former, platform["title_zh"])
                return
        self.reconciliation.platform(name, granted, platform["rows_above"])
        if how is How.ROWS:
            self._renew(former, platform["title_zh"], own, granted, bool(tags))
        else:
            self._write(name, platform["title_zh"], own, granted, bool(tags))

    def _former(self, platform: str) -> FormerFiles:
        folder = self.folder.parent / self.prepared.former
        return FormerFiles(folder, ExtractManifest.read(folder), platform)

    def _write(
        self, name: str, title: str, own: Sequence[tuple[OwnRows, Row]], granted: frozenset[tuple[str, str]], tags: bool
    ) -> None:
        """Write a platform whole."""
        self.since[name] = self.version
        sheets: list[Sheet] = []
        rows = 0
        for dataset, about in own:
            table = dataset.read()
            rows += table.num_rows
            if rows > self.workbook_rows:
                sheets = []  # no longer worth holding in memory
            layout = self._lay_out(dataset, about, table, table, granted)
            sheet = self._dataset(layout, layout.tables(self.reconciliation, table), keep=rows <= self.workbook_rows)
            sheets += [sheet] if sheet else []
        self._note_size(title, rows)
        former = self.folder.parent / self.former_version / f"{stem(name, WORK_LIST)}.parquet"
        work = list_work(self.reconciliation, name, former if self.former_version else None, tags)
        self._write_index(name, work.index)
        for part in work.listed:
            self._list(name, part)
        self._workbook(name, title, work.listed, sheets, rows)

    def _renew(
        self,
        former: FormerFiles,
        title: str,
        own: Sequence[tuple[OwnRows, Row]],
        granted: frozenset[tuple[str, str]],
        tags: bool,
    ) -> None:
        """Work some rows of a platform out again; the others, and tables in which none says something else, are those of the former extract."""
        name = former.platform
        datasets = [self._renewed(former, dataset, about, granted) for dataset, about in own]
        index = pq.read_table(finding_path(self.home, name))
        work = renew_work(self.reconciliation, former.path, index, tags)
        if not any(d.changed for d in datasets) and not any(part.changed for part in work.listed):
            self._take_over(former, title)
            return
        self.since[name] = self.version
        if work.listed[0].changed:
            self._write_index(name, work.index)
        for dataset in datasets:
            if dataset.changed:
                slices = (dataset.table.slice(i, BATCH_ROWS) for i in range(0, dataset.table.num_rows, BATCH_ROWS))
                self._dataset(dataset.layout, slices, keep=False)
            else:
                self.datasets.append(dataset.counts)
                self._link(former, dataset.layout.own.dataset)
        for part in work.listed:
            if part.rewritten:
                self._list(name, part)
            else:
                self._link(former, part.suffix)
        total = sum(dataset.table.num_rows for dataset in datasets)
        self._note_size(title, total)
        sheets = [d.sheet for d in datasets] if total <= self.workbook_rows else []
        self._workbook(name, title, work.listed, sheets, total, former.folder)

    def _renewed(
        self, former: FormerFiles, own: OwnRows, about: Row, granted: frozenset[tuple[str, str]]
    ) -> RenewedDataset:
        """Work the rows of a dataset out again that are to be."""
        rows = own.read()
        positions = self.reconciliation.to_renew(rows)
        again = rows.take(pa.array(positions))
        layout = self._lay_out(own, about, rows, again, granted)
        return renewed_dataset(former, layout, pa.concat_tables(layout.tables(self.reconciliation, again)), positions)

    def _lay_out(
        self, own: OwnRows, about: Row, rows: pa.Table, again: pa.Table, granted: frozenset[tuple[str, str]]
    ) -> Layout:
        layout = lay_out(self.reconciliation, self.fields, own, about, rows.column_names, granted)
        know_rows(self.reconciliation, self.fields, layout, about, again)
        return layout

    def _take_over(self, former: FormerFiles, title: str) -> None:
        """Give the platform the files of the former extract."""
        manifest, platform = former.manifest, former.platform
        for file in former.files:
            link(former.folder / file.name, self.folder)
        self.files += former.files
        own = [dataset for dataset in manifest.datasets if dataset.platform == platform]
        self.datasets += own
        self.since[platform] = manifest.since.get(platform, manifest.release)
        self._note_size(title, sum(dataset.rows for dataset in own))
        self.notes.append(f"{title}：自发布版 {self.since[platform]} 以来没有变化，文件沿用该版")

    def _link(self, former: FormerFiles, name: str) -> None:
        """Give one table of a platform the files of the former extract."""
        names = {f"{stem(former.platform, name)}.{ending}" for ending in ENDINGS}
        for file in former.files:
            if file.name in names:
                link(former.folder / file.name, self.folder)
                self.files.append(file)

    def _note_size(self, title: str, rows: int) -> None:
        if rows > self.workbook_rows:
            self.notes.append(
                f"{title}：现行 {rows} 行，超过 {self.workbook_rows} 行，工作簿只含工作清单，全部数据请用 CSV 或 Parquet"
            )

    def _write_index(self, platform: str, index: pa.Table) -> None:
        path = finding_path(self.home, platform)
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(index, path, compression="zstd", compression_level=1)

    def _list(self, platform: str, part: Listed) -> None:
        with TableFiles(self.folder / stem(platform, part.suffix), part.table.schema) as files:
            files.write(part.table)
        self._add(stem(platform, part.suffix), platform, "", part.content, part.table.num_rows)

    def _dataset(self, layout: Layout, tables: Iterable[pa.Table], *, keep: bool) -> Sheet | None:
        """Write Parquet and CSV of one dataset; give its sheet if it is to be kept."""
        own, counts = layout.own, []
        tables = iter(tables)
        first = next(tables)
        kept = [first]
        name = stem(own.platform, own.dataset)
        with TableFiles(self.folder / name, first.schema) as files:
            for table in itertools.chain([first], tables):
                if table.num_rows:
                    files.write(table)
                counts.append(layout.counts([table]))
                if keep:
                    kept.append(table)
        self.datasets.append(_summed(counts))
        self._add(name, own.platform, own.dataset, "rows", self.datasets[-1].rows)
        if not keep:
            return None
        return layout.sheet(pa.concat_tables(kept))

    def _workbook(
        self,
        name: str,
        title: str,
        listed: Sequence[Listed],
        sheets: Sequence[Sheet],
        rows: int,
        former: Path | None = None,
    ) -> None:
        """Pack the workbook of a platform: what there is to do, and its rows; on that in the folder `former`, where there is one."""
        work = {part.suffix: part.table for part in listed}
        every = [
            Sheet("概览", overview(title, self.version, in_order_of_work(work), rows), prose="如何处理"),
            *work_sheets(listed),
            *sheets,
            notes_sheet(title, self.version),
        ]
        self.wait()
        self.packed = self.packing.submit(self._pack, name, title, every, rows, former)

    def wait(self) -> None:
        """Wait until the workbook under way is written; raise what went wrong with it."""
        if self.packed:
            self.packed.result()

    def _pack(self, platform: str, title: str, sheets: list[Sheet], rows: int, former: Path | None) -> None:
        name = f"{stem(platform, title)}.xlsx"
        known = former / name if former and (former / name).exists() else None
        write_workbook(self.folder / name, sheets, known)
        self._add(stem(platform, title), platform, "", "workbook", rows, endings=("xlsx",))

    def finish(self, department: str, title: str) -> ExtractManifest:
        """Write the notes and the manifest."""
        self.wait()
        (self.folder / f"{NOTES}.txt").write_bytes(BOM + notes_text(title, self.version, self.notes).encode())
        self._add(NOTES, "", "", "notes", 0, endings=("txt",))
        seen = ledger.head(self.home)
        manifest = ExtractManifest(
            release=self.version,
            department=department,
            department_zh=title,
            datasets=tuple(self.datasets),
            files=tuple(sorted(self.files, key=lambda file: file.name)),
            notes=tuple(self.notes),
            since=self.since,
            entitlements=tuple(self.entitlements),
            former=self.former_version,
            ledger=LedgerHead.model_validate(ledger.seal(self.home, seen)) if seen.lines else None,
        )
        manifest.write(self.folder)
        return manifest

    def _add(
        self, name: str, platform: str, dataset: str, content: str, rows: int, *, endings: Sequence[str] = ENDINGS
    ) -> None:
        for ending in endings:
            line = file_line(self.folder / f"{name}.{ending}")
            facts = {"platform": platform, "dataset": dataset, "content": content, "rows": rows}
            self.files.append(ExtractFile.model_validate(line.model_dump() | facts))


def _summed(counts: Sequence[DatasetCounts]) -> DatasetCounts:
    """What there is in all parts of a dataset."""
    marks: Counter[str] = Counter()
    for part in counts:
        marks.update(part.marks)
    rows, duplicates = sum(part.rows for part in counts), sum(part.duplicates for part in counts)
    return counts[0].model_copy(update={"rows": rows, "marks": dict(marks), "duplicates": duplicates})
