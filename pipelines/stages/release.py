"""Build the release aside and make it the library. Reads all stage files; writes `releases/<version>` and the library."""

from __future__ import annotations

import hashlib

from connectors.holding import all_delivery_states
from pipelines.markers import Counts, code_fingerprint
from pipelines.resolution.identity import commit_identity, committed
from pipelines.settings import Settings
from warehouse import access, judgements, verification
from warehouse.release import (
    ReleaseFacts,
    Retention,
    build_release,
    build_restricted,
    has_ducklake,
    next_version,
    publish,
    published,
    retire,
    write_ducklake,
    write_parquet,
)


def release_facts(settings: Settings) -> ReleaseFacts:
    """What the release is made from: deliveries as they stand, code, models, judgements."""
    home = settings.home
    models = hashlib.sha256(b"\0".join(home.model(kind).read_bytes() for kind in sorted(home.data_model.kinds)))
    deliveries = all_delivery_states(settings.platforms, home)
    return ReleaseFacts(
        code_version=code_fingerprint(),
        model=models.hexdigest()[:16],
        deliveries=deliveries,
        judgements=judgements.fingerprint(home),
        verifications=verification.fingerprint(home) + access.fingerprint(home, access.today()),
        norms=settings.city.grid_rules.norms,
    )


def name_release(settings: Settings) -> Counts:
    """The version of the release this run makes."""
    return {"version": next_version(settings.home, release_facts(settings), committed(settings.home))}


def build_candidate(settings: Settings, version: str) -> Counts:
    """Build the release aside; nobody sees it yet."""
    file = build_release(settings.home, version, release_facts(settings))
    return {"version": version, "bytes": file.stat().st_size}


def publish_release(settings: Settings, version: str) -> Counts:
    """Swap the checked release in; from now on its ids are what the next run starts from."""
    kept = settings.city.settings.retention
    policy = Retention.from_environment(
        kept.releases, kept.months
    )  # first: a wrong setting stops before anything is published
    publish(settings.home, version)
    commit_identity(settings.home, version)
    return {"version": version, "retired": len(retire(settings.home, policy))}


def export_parquet(settings: Settings, version: str) -> Counts:
    """The release as Parquet files."""
    return {"files": write_parquet(settings.home, version)}


def export_ducklake(settings: Settings, version: str) -> Counts:
    """The release as a DuckLake, where the city wants one."""
    home = settings.home
    if not settings.city.settings.ducklake or published(home) != version:
        return {"built": "no"}
    if not has_ducklake(home, version):
        write_ducklake(home, version)
    return {"built": "yes"}


def write_restricted(settings: Settings, version: str) -> Counts:
    """The restricted release, where the environment names a key for it."""
    if published(settings.home) != version:
        return {"built": "no"}  # somebody went back to a former release, whose restricted release stands beside it
    made = build_restricted(settings.home, version, release_facts(settings))
    return {"built": "yes" if made else "no"}
