"""Hand each department its own records back. Reads stage files and the landing area; writes `stage/extract` and `extracts/<department>/<version>`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from connectors.spec import Department, Platform
from pipelines.markers import Counts, digest, file_digest
from pipelines.settings import Settings
from pipelines.stages.current import rows_now
from warehouse.extracts import OwnRows, prepare_extracts, remember_extracts, write_extract
from warehouse.model.catalogue import PLATFORM

CORES = os.cpu_count() or 1
SMALL = 300_000
"""Rows of a department below which several threads cost more processor time than they save."""


def write_departments(settings: Settings, departments: Sequence[Department], version: str) -> dict[str, Counts]:
    """Write the extracts of all departments, as many at a time as there are cores; return the counts of each by code."""
    own = {name: _state(settings, platform) for name, platform in settings.platforms.items()}
    prepare_extracts(settings.home, version, own)
    with ThreadPoolExecutor(CORES) as pool:
        written = pool.map(lambda department: write_department(settings, department, version), departments)
        counts = {department.code: counts for department, counts in zip(departments, written, strict=True)}
    remember_extracts(settings.home, version)
    return counts


def write_department(settings: Settings, department: Department, version: str) -> Counts:
    """Write the extract of one department for one release."""
    own = [
        OwnRows(name, dataset.name, partial(rows_now, settings, platform, dataset.name))
        for name, platform in settings.platforms.items()
        if platform.department.code == department.code
        for dataset in platform.datasets
    ]
    known = PLATFORM.read(settings.home.stage("catalogue", "platform"), ["department", "rows_current"])
    rows = sum(r["rows_current"] for r in known.to_pylist() if r["department"] == department.code)
    threads = 1 if rows < SMALL else None
    report = write_extract(settings.home, version, department.code, own, threads=threads, at_a_time=CORES)
    return {"rows": report.rows, "findings": report.findings, "rejected": report.rejected, "files": report.files}


def _state(settings: Settings, platform: Platform) -> str:
    """A fingerprint of what the rows of a platform that hold now say, and of how they are read."""
    files = []
    for dataset in platform.datasets:
        rows_now(settings, platform, dataset.name, [])  # works them out where a delivery came in since
        files.append(file_digest(settings.home.current(platform.platform, dataset.name)))
    return digest((settings.configuration_fingerprint, *files))
