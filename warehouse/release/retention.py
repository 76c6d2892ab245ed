"""Which releases are kept: the newest few, and one a month for longer.

Belongs here: the policy and carrying it out, extracts included. Does not: candidates that were never published, which go
with the next build.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass

from warehouse.model.home import Home
from warehouse.release.manifest import MANIFEST, Manifest, ReleaseError
from warehouse.release.versions import published, releases

LAST_VARIABLE = "ONENET_KEEP_RELEASES"
MONTHS_VARIABLE = "ONENET_KEEP_MONTHS"


@dataclass(frozen=True)
class Retention:
    """How many releases are kept.

    Attributes:
        last: the newest so many, at least 1.
        months: beyond those the last release of each of the newest so many months in which one was published.
    """

    last: int = 10
    months: int = 24

    @classmethod
    def from_environment(cls, last: int = 10, months: int = 24) -> Retention:
        """The policy `ONENET_KEEP_RELEASES` and `ONENET_KEEP_MONTHS` name, where they are set; else the one given.

        Raises:
            ReleaseError: one of them is no whole number, or less than 1 release or 0 months are to be kept.
        """
        return cls(_number(LAST_VARIABLE, last, 1), _number(MONTHS_VARIABLE, months, 0))


def superseded(manifests: Sequence[Manifest], policy: Retention, library: str | None) -> list[str]:
    """The versions `policy` does not keep, oldest first. `library`, to which somebody may have gone back, always stays.

    Args:
        manifests: of published releases, oldest first.
        policy: how many are kept.
        library: the version the library is.
    """
    kept = {manifest.version for manifest in manifests[-policy.last :]} | {library}
    months = {m.published_at.strftime("%Y-%m"): m.version for m in manifests if m.published_at}
    kept |= {months[month] for month in sorted(months)[len(months) - min(policy.months, len(months)) :]}
    return [m.version for m in manifests if m.version not in kept]


def retire(home: Home, policy: Retention) -> list[str]:
    """Remove the releases `policy` does not keep, with their extracts; return their versions.

    Whoever has one open goes on reading it.
    """
    versions = superseded(releases(home), policy, published(home))
    for version in versions:
        for extract in sorted((home.root / "extracts").glob(f"*/{version}")):
            shutil.rmtree(extract)
        (home.release(version) / MANIFEST).unlink()  # first: what is left of a killed removal is no release
        shutil.rmtree(home.release(version))
    return versions


def _number(variable: str, default: int, least: int) -> int:
    written = os.environ.get(variable)
    if not written:
        return default
    if not written.isdecimal() or int(written) < least:
        raise ReleaseError(f"{variable}: 应为不小于{least}的整数 · a whole number from {least} on is needed")
    return int(written)
