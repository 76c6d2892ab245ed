"""How a run ended, as data: printed by `onenet run --json`, kept in the home for monitoring, handed to alerts.

Belongs here: what a report holds, its JSON and its Prometheus text. Does not: the screen (`summary`), or sending (`alerts`).
It holds names, counts and reasons, never a value of a person.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal

import duckdb

from pipelines.places import places_at_fault
from pipelines.settings import Settings
from pipelines.troubles import Trouble, troubles
from quality.suites import blocking_failures
from warehouse.model import Home
from warehouse.model.durable import write_whole
from warehouse.model.quality import EXPECTATION
from warehouse.release import published

if TYPE_CHECKING:
    from pipelines.outcome import Outcome

Status = Literal["released", "unchanged", "stopped"]

EXIT_WELL, EXIT_STOPPED, EXIT_ATTENTION = 0, 1, 3

PER_PLATFORM = """
select platform, count(distinct delivery_id), sum(rows_delivered), sum(rows_landed), sum(rows_rejected), sum(rows_current)
from quality.reconciliation group by platform order by platform
"""
PER_KIND = """
select entity_kind, count(*), count(distinct entity_id) from link.mention group by entity_kind order by entity_kind
"""
COUNTS = ("deliveries", "rows_delivered", "rows_landed", "rows_rejected", "rows_current")


@dataclass(frozen=True)
class Report:
    """How a run ended.

    Attributes:
        status: released, unchanged (nothing new: the library stays what it was) or stopped (so it does, by a fault).
        began, ended: seconds since the epoch.
        release: version of the library; None where there is none.
        library: its path.
        released_at: when it was made, in seconds since the epoch.
        platforms: platform → `COUNTS` of the library.
        kinds: kind → mentions and entities of the library.
        checks_passed: how many checks passed.
        checks_failed: names of those that did not.
        stopped_by: blocking checks with the first places at fault.
        failures: steps that broke.
        attention: what waits for a person.
        warnings: what was odd but stopped nothing.
    """

    status: Status
    began: float
    ended: float
    release: str | None
    library: str
    released_at: float | None = None
    platforms: dict[str, dict[str, int]] = field(default_factory=dict)
    kinds: dict[str, dict[str, int]] = field(default_factory=dict)
    checks_passed: int = 0
    checks_failed: list[str] = field(default_factory=list)
    stopped_by: list[dict[str, Any]] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    attention: list[Trouble] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    @property
    def exit_code(self) -> int:
        """0 all well, 1 stopped, 3 released (or nothing new) while something waits for a person."""
        if self.status == "stopped":
            return EXIT_STOPPED
        return EXIT_ATTENTION if self.attention else EXIT_WELL

    def as_dict(self) -> dict[str, Any]:
        """The report as JSON has it; times are ISO 8601 in UTC."""
        told = {**asdict(self), "exit_code": self.exit_code, "attention": [t.as_dict() for t in self.attention]}
        for name in ("began", "ended", "released_at"):
            moment = getattr(self, name)
            told[name] = datetime.fromtimestamp(moment, UTC).isoformat(timespec="seconds") if moment else None
        return told


def report_of(settings: Settings, outcome: Outcome) -> Report:
    """The report of a run that did its steps."""
    stopped = [{"check": name, "places": places_at_fault(settings.home, name)} for name in outcome.blocking]
    return _report(
        settings,
        "released" if outcome.released else "stopped",
        outcome.began,
        checks_passed=len(outcome.checks_passed),
        checks_failed=outcome.checks_failed,
        stopped_by=stopped,
        failures=outcome.failures,
        warnings=outcome.warnings,
    )


def report_unchanged(settings: Settings, began: float) -> Report:
    """The report of a run that had nothing to do."""
    return _report(settings, "unchanged", began)


def report_of_run(settings: Settings, began: float, failures: list[str] | None) -> Report:
    """The report of a run whose steps another process did; `failures` are the steps that broke, None where all went well."""
    checks = [f"check_{suite}" for suite in _suites_that_stop(settings.home)] if failures else []
    return _report(
        settings,
        "stopped" if failures else "released",
        began,
        stopped_by=[{"check": check, "places": []} for check in checks],
        failures=failures or [],
    )


def _suites_that_stop(home: Home) -> list[str]:
    """Suites whose last results hold a blocking failure."""
    folder = home.stage("expectation", "x").parent
    found = []
    for path in sorted(folder.glob("*.parquet")):
        if blocking_failures(EXPECTATION.read(path)).num_rows:
            found.append(path.stem)
    return found


def _report(settings: Settings, status: Status, began: float, **further: Any) -> Report:
    home = settings.home
    version = published(home)
    platforms, kinds = _counts(home) if version else ({}, {})
    return Report(
        status=status,
        began=began,
        ended=time.time(),
        release=version,
        library=str(home.library),
        released_at=home.library.stat().st_mtime if version else None,
        platforms=platforms,
        kinds=kinds,
        attention=troubles(settings),
        **further,
    )


def _counts(home: Home) -> tuple[dict[str, dict[str, int]], dict[str, dict[str, int]]]:
    try:
        with duckdb.connect(str(home.library), read_only=True) as library:
            platforms = {
                str(name): dict(zip(COUNTS, map(int, counts), strict=True))
                for name, *counts in library.execute(PER_PLATFORM).fetchall()
            }
            kinds = {
                str(kind): {"mentions": int(mentions), "entities": int(entities)}
                for kind, mentions, entities in library.execute(PER_KIND).fetchall()
            }
    except duckdb.Error:  # of another version of the project, after a roll-back
        return {}, {}
    return platforms, kinds


def write_status(home: Home, report: Report) -> list[str]:
    """Leave the report in the home: `status/run.json`, and `status/onenet.prom` for the node exporter of Prometheus.

    Returns:
        What went wrong with that, a line: a full disk, most often. The run ended as it did all the same.
    """
    text = json.dumps(report.as_dict(), ensure_ascii=False, indent=1)
    try:
        write_whole(home.status / "run.json", text.encode())
        write_whole(home.status / "onenet.prom", prometheus(report).encode())
    except OSError as error:
        return [f"{home.status}: 状态文件未写入 · status not written ({error.strerror})"]
    return []


def prometheus(report: Report) -> str:
    """The report in the text format of Prometheus, version 0.0.4."""
    kinds = Counter((t.kind, t.platform) for t in report.attention)
    families: list[tuple[str, str, list[tuple[dict[str, str], float]]]] = [
        ("onenet_run_exit_code", "Exit code of the last run: 0 well, 1 stopped, 3 something waits.", [({}, report.exit_code)]),
        ("onenet_run_end_timestamp_seconds", "When the last run ended.", [({}, round(report.ended, 3))]),
        ("onenet_run_duration_seconds", "How long it took.", [({}, round(report.ended - report.began, 3))]),
        ("onenet_release_timestamp_seconds", "When the library was made.", [({}, round(report.released_at, 3))] if report.released_at else []),
        ("onenet_attention", "Things that wait for a person.", [({"kind": k, "platform": p}, n) for (k, p), n in sorted(kinds.items())]),
        ("onenet_attention_total", "All things that wait for a person.", [({}, len(report.attention))]),
        ("onenet_checks", "Checks of the last run by result.", [({"outcome": "passed"}, report.checks_passed), ({"outcome": "failed"}, len(report.checks_failed))]),
        ("onenet_rows", "Rows of the library by platform.", [({"platform": p, "state": name.removeprefix("rows_")}, counts[name]) for p, counts in report.platforms.items() for name in COUNTS[1:]]),
        ("onenet_entities", "Entities of the library by kind.", [({"kind": k}, counts["entities"]) for k, counts in report.kinds.items()]),
        ("onenet_mentions", "Mentions of the library by kind.", [({"kind": k}, counts["mentions"]) for k, counts in report.kinds.items()]),
    ]  # fmt: skip
    lines: list[str] = []
    for name, meaning, samples in families:
        if samples:
            lines += [f"# HELP {name} {meaning}", f"# TYPE {name} gauge"]
            lines += [f"{name}{_labels(labels)} {value:g}" if abs(value) < 1e5 else f"{name}{_labels(labels)} {value}" for labels, value in samples]  # fmt: skip
    return "\n".join(lines) + "\n"


def _labels(labels: dict[str, str]) -> str:
    """Labels with backslash, quote and line break escaped, as the format asks."""
    escaped = (
        (name, value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")) for name, value in labels.items()
    )
    return "{" + ",".join(f'{name}="{value}"' for name, value in escaped) + "}" if labels else ""
