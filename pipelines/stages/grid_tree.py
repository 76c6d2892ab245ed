"""The grid tree of a city with its history, from every version of its references. Reads the landing area."""

from __future__ import annotations

from collections.abc import Iterator

from connectors.spec import Dataset, Platform
from connectors.versions import versions
from pipelines.settings import Settings
from pipelines.standardise.grid_history import GridHistory, grid_history, side_by_side
from pipelines.standardise.reference import grid_reference


def city_grids(settings: Settings) -> GridHistory:
    """The tree of today, and how it came about; every version that was delivered has its say."""
    said = [
        [
            (day, grid_reference(platform, dataset, rows))
            for day, rows in versions(platform, dataset.name, settings.home)
        ]
        for platform, dataset in references(settings, "grid")
    ]
    return grid_history(side_by_side(said))


def references(settings: Settings, what: str) -> Iterator[tuple[Platform, Dataset]]:
    """The datasets that are the city's reference for addresses or grids."""
    for platform in settings.platforms.values():
        for dataset in platform.datasets:
            if dataset.reference == what:
                yield platform, dataset
