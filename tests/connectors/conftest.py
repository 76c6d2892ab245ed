"""Invented platforms and a way to land one file of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from connectors.current import current_rows, rejected_rows
from connectors.landing import LandingReport, land
from connectors.spec import Platform
from warehouse.model import Home

Build = Callable[..., Platform]


def build_platform(layout: dict, columns: dict | list, **more: object) -> Platform:
    """A platform `roll` with one dataset `roll`; `key`, `changed_at`, `sheet` go to the dataset, the rest to the platform."""
    dataset: dict = {
        "name": "roll",
        "title": {"zh": "名册", "en": "Roll"},
        "columns": columns if isinstance(columns, dict) else {c: c for c in columns},
    }
    dataset |= {k: more.pop(k) for k in ("key", "changed_at", "sheet", "roles") if k in more}
    return Platform.model_validate(
        {
            "platform": "roll",
            "title": {"zh": "名册", "en": "Roll"},
            "department": {"code": "office", "zh": "某局", "en": "Some Office"},
            "cadence": "daily",
            "sharing": "conditional",
            "files": "roll_{date}",
            "format": layout,
            "delivery": {"semantics": "snapshot"},
            "datasets": [dataset],
        }
        | more
    )


@dataclass
class Desk:
    """A home and an inbox, and what was said about the last file."""

    root: Path

    @property
    def home(self) -> Home:
        """The home."""
        return Home(self.root / "home")

    @property
    def inbox(self) -> Path:
        """The inbox."""
        return self.root / "inbox"

    def put(self, name: str, content: bytes, platform: str = "roll") -> Path:
        """Drop a file into the inbox."""
        path = self.inbox / platform / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    def land(
        self, platform: Platform, content: bytes | str | None = None, name: str = "roll_20260101"
    ) -> LandingReport:
        """Land what lies in the inbox, after dropping `content` into it."""
        if content is not None:
            self.put(name, content.encode() if isinstance(content, str) else content, platform.platform)
        return land(platform, self.inbox, self.home)

    def rows(self, platform: Platform, dataset: str = "roll") -> pa.Table:
        """The rows that hold now."""
        return current_rows(platform, dataset, self.home)

    def cells(self, platform: Platform, dataset: str = "roll") -> list[dict]:
        """The source cells of the rows that hold now."""
        columns = list(platform.dataset(dataset).columns)
        return self.rows(platform, dataset).select(columns).to_pylist()

    def landed(self, platform: Platform, report: LandingReport, dataset: str = "roll") -> list[dict]:
        """The rows that a report's deliveries landed, whether they hold now or not."""
        paths = [self.home.rows(platform.platform, i, dataset) for i in report.deliveries]
        return [row for path in paths if path.exists() for row in pq.ParquetFile(path).read().to_pylist()]

    def refused(self) -> list[tuple[int | None, str | None, str]]:
        """Row number, column and reason code of every refused row."""
        table = rejected_rows(self.home).select(["row_number", "column", "reason_code"])
        return [tuple(row.values()) for row in table.to_pylist()]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A home and an inbox of their own."""
    return Desk(tmp_path)


@pytest.fixture
def build() -> Build:
    """Makes platforms."""
    return build_platform
