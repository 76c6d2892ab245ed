"""The manifest of an extract and the report of writing one: files, hashes, counts, never a value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from warehouse.model.durable import write_whole
from warehouse.model.strict import Strict
from warehouse.release.manifest import MANIFEST, FileLine, LedgerHead


class ExtractFile(FileLine):
    """One file: which platform and dataset, what it holds (rows, findings, rejected, workbook, notes), how many rows."""

    platform: str
    dataset: str
    content: str
    rows: int


class DatasetCounts(Strict):
    """One dataset: its rows, how often each mark was given over all roles and attributes, rows it has twice."""

    platform: str
    dataset: str
    rows: int
    marks: dict[str, int]
    duplicates: int


class Entitled(Strict):
    """What the extract of a platform may carry of a kind: golden attributes, for which purpose, until when."""

    platform: str
    entity_kind: str
    attributes: tuple[str, ...]
    purpose: str = ""
    expires_on: date | None = None


class ExtractManifest(Strict):
    """What `manifest.json` of an extract says.

    Attributes:
        release, department, department_zh: whose and of which release.
        datasets, files, notes: what it holds.
        entitlements: what it may hold.
        former: the release of the extract before, '' if none.
        ledger: the ledger of acts when it was written, signed; none while nobody has done anything.
        contents: what former versions of One Network told changes by; empty now.
        since: per platform the release under which its files were written.
    """

    release: str
    department: str
    department_zh: str
    datasets: tuple[DatasetCounts, ...]
    files: tuple[ExtractFile, ...]
    notes: tuple[str, ...]
    contents: dict[str, str] = {}
    since: dict[str, str] = {}
    entitlements: tuple[Entitled, ...] = ()
    former: str = ""
    ledger: LedgerHead | None = None

    def write(self, folder: Path) -> None:
        """Write it into `folder`, aside first and then in place."""
        write_whole(folder / MANIFEST, (self.model_dump_json(indent=2) + "\n").encode())

    @classmethod
    def read(cls, folder: Path) -> ExtractManifest:
        """Read it from `folder`."""
        return cls.model_validate_json((folder / MANIFEST).read_bytes())


def entitled_lines(
    lines: Iterable[Mapping[str, Any]], platform: str, granted: frozenset[tuple[str, str]]
) -> Iterator[Entitled]:
    """What an extract may hold of a platform, by kind, purpose and end.

    Args:
        lines: of `catalogue.entitlement`, of one department.
        platform: whose extract.
        granted: (kind, attribute) that are columns of the golden contract; others are none.
    """
    found: dict[tuple[str, str, str], list[str]] = {}
    for line in lines:
        if line["platform"] == platform and (line["entity_kind"], line["attribute"]) in granted:
            ends = line["expires_on"].isoformat() if line["expires_on"] else ""
            found.setdefault((line["entity_kind"], line["purpose"], ends), []).append(line["attribute"])
    for (kind, purpose, ends), attributes in sorted(found.items()):
        yield Entitled(
            platform=platform, entity_kind=kind, attributes=tuple(sorted(attributes)), purpose=purpose,
            expires_on=date.fromisoformat(ends) if ends else None,
        )  # fmt: skip


@dataclass(frozen=True)
class ExtractReport:
    """What writing one department's extract came to.

    Attributes:
        department, version: whose and of which release.
        folder: where it lies.
        rows: own rows over all datasets.
        findings: own values that did not win.
        rejected: own rows that did not land.
        files: number of files beside the manifest.
        marks: how often each mark was given.
        notes: what was left out and why, in Chinese.
    """

    department: str
    version: str
    folder: Path
    rows: int
    findings: int
    rejected: int
    files: int
    marks: dict[str, int]
    notes: tuple[str, ...]

    @classmethod
    def of(cls, manifest: ExtractManifest, folder: Path) -> ExtractReport:
        """The report of the extract in `folder`."""
        marks: Counter[str] = Counter()
        for dataset in manifest.datasets:
            marks.update(dataset.marks)
        rows = {
            content: sum(f.rows for f in manifest.files if f.content == content and f.name.endswith(".parquet"))
            for content in ("findings", "rejected")
        }
        return cls(
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
