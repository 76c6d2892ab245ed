"""Hand each department its own records back. Reads stage files and the landing area; writes `extracts/<department>/<version>`."""

from __future__ import annotations

from functools import partial

from connectors.current import current_rows
from connectors.spec import Department
from pipelines.once import Counts
from pipelines.settings import Settings
from warehouse.extracts import OwnRows, write_extract


def write_department(settings: Settings, department: Department, version: str) -> Counts:
    """Write the extract of one department for one release."""
    own = [
        OwnRows(name, dataset.name, partial(current_rows, platform, dataset.name, settings.home))
        for name, platform in settings.platforms.items()
        if platform.department.code == department.code
        for dataset in platform.datasets
    ]
    report = write_extract(settings.home, version, department.code, own)
    return {"rows": report.rows, "findings": report.findings, "rejected": report.rejected, "files": report.files}
