"""Hand each department its own records back. Reads stage files and the landing area; writes `stage/extract` and `extracts/<department>/<version>`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from connectors.spec import Department
from pipelines.markers import Counts
from pipelines.settings import Settings
from pipelines.stages.current import rows_now, rows_state
from warehouse.extracts import OwnRows, prepare_extracts, write_extract
from warehouse.model.catalogue import PLATFORM

SMALL = 300_000
"""Rows of a department below which several threads cost more processor time than they save."""


def write_departments(settings: Settings, departments: Sequence[Department], version: str) -> dict[str, Counts]:
    """Write the extracts of all departments, as many at a time as there are cores; return the counts of each by code."""
    prepare_extracts(settings.home)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        written = pool.map(lambda department: write_department(settings, department, version), departments)
        return {department.code: counts for department, counts in zip(departments, written, strict=True)}


def write_department(settings: Settings, department: Department, version: str) -> Counts:
    """Write the extract of one department for one release."""
    own = [
        OwnRows(name, dataset.name, partial(rows_now, settings, platform, dataset.name), rows_state(settings, platform))
        for name, platform in settings.platforms.items()
        if platform.department.code == department.code
        for dataset in platform.datasets
    ]
    known = PLATFORM.read(settings.home.stage("catalogue", "platform"), ["department", "rows_current"])
    rows = sum(r["rows_current"] for r in known.to_pylist() if r["department"] == department.code)
    report = write_extract(settings.home, version, department.code, own, threads=1 if rows < SMALL else None)
    return {"rows": report.rows, "findings": report.findings, "rejected": report.rejected, "files": report.files}
