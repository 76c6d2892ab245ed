"""From when to when every mention held. Reads the landing area, mentions and entities; writes `row_period/*`, `mention_history/<kind>`."""

from __future__ import annotations

import os

from connectors.manifest import manifest
from connectors.periods import write_row_periods
from pipelines.markers import Counts
from pipelines.parallel import each
from pipelines.resolution.validity import write_mention_history
from pipelines.settings import Settings


def write_history(settings: Settings, version: str) -> Counts:
    """Write the history of all mentions; return rows per kind. Periods of datasets with nothing new are kept."""
    home = settings.home
    datasets = [
        (name, dataset.name)
        for name, platform in settings.platforms.items()
        for dataset in platform.datasets
        if dataset.roles
    ]
    each(lambda named: write_row_periods(settings.platforms[named[0]], named[1], home), datasets, os.cpu_count() or 1)
    deliveries = manifest(home)
    counts = {kind: write_mention_history(home, kind, deliveries, datasets, version) for kind in home.data_model.kinds}
    return {"rows": sum(counts.values()), **counts}
