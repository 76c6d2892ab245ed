"""Is there anything for a run to do? Answered in about a second, before Dagster and the libraries of the steps are imported.

A step whose inputs are the same is not done again (`markers`), but seventy steps that do nothing still cost ten seconds of
processor time to import, plan and tell. So the command remembers what a run was given that ended with a good release.

Belongs here: that memory. Does not: what a step depends on (`markers`), or what is new in a file (`connectors.landing`).
"""

from __future__ import annotations

import json
import os

from connectors.decisions import decisions
from connectors.inbox import listing
from connectors.spec import Sql
from pipelines.markers import digest, marker_of
from pipelines.settings import Settings
from warehouse import access, judgements
from warehouse.model import Home
from warehouse.model.durable import write_whole
from warehouse.release import library_is_whole
from warehouse.verification.records import fingerprint as verification_fingerprint

STEP = "run"
OUTSIDE = ("ONENET_KEEP_RELEASES", "ONENET_KEEP_MONTHS", "ONENET_MODEL_DAYS")
"""Settings a run reads from the environment that are no secrets."""


def run_fingerprint(settings: Settings) -> str | None:
    """A fingerprint of all a run depends on; None where only a run can tell.

    Files count by name, size and time, as in landing. A database or an inbox at an address can only be asked, and a key of the restricted release is
    written down nowhere, so with any of them there is no fingerprint.
    """
    formats = [p.format for p in settings.platforms.values()]
    pulled = any(isinstance(f, Sql) and f.url_env and os.environ.get(f.url_env) for f in formats)
    if settings.remote or pulled or os.environ.get("ONENET_RESTRICTED_KEY"):
        return None
    home = settings.home
    asked = home.retrain.read_text(encoding="utf-8", errors="replace") if home.retrain.exists() else ""
    return digest(
        (
            settings.configuration_fingerprint,
            *(f"{name}={os.environ.get(name)}" for name in OUTSIDE),
            *_offered(settings),
            *sorted(map(repr, decisions(home).items())),
            judgements.fingerprint(home),
            verification_fingerprint(home),
            access.fingerprint(home, access.today()),
            asked,
        )
    )


def nothing_new(settings: Settings, now: str | None) -> bool:
    """Whether the last run was given the same and everything it published is still there."""
    home = settings.home
    marker = marker_of(home, STEP)
    if now is None or marker is None or marker["fingerprint"] != now:
        return False
    there = all(p.exists() for p in (home.library, home.parquet, home.data_docs, home.root / "extracts"))
    return there and library_is_whole(home)


def record_success(home: Home, fingerprint: str | None) -> None:
    """Call it when a run ended well, with what it was given when it began: what came meanwhile is news to the next one."""
    if fingerprint is not None:
        write_whole(home.done(STEP), json.dumps({"fingerprint": fingerprint}).encode())


def forget_run(home: Home) -> None:
    """Call it when a run begins: until it has ended well the next one has to look for itself."""
    home.done(STEP).unlink(missing_ok=True)


def _offered(settings: Settings) -> list[str]:
    return [
        f"{platform}/{name} {size} {changed} {mode}"
        for platform in settings.platforms
        for name, size, changed, mode in listing(settings.inbox / platform)
    ]
