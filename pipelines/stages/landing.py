"""Land what a department dropped. Reads `<inbox>/<platform>/`; writes the landing area."""

from __future__ import annotations

from connectors.landing import LandingReport, land
from pipelines.settings import Settings


def land_platform(settings: Settings, platform: str) -> LandingReport:
    """Land every new delivery of one platform; a bad delivery or row is rejected with its reason, the rest goes on."""
    return land(settings.platforms[platform], settings.inbox, settings.home)
