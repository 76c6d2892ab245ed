"""The grid tree with its history, from every version of its references. Reads the landing area."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from connectors.spec import Dataset, Platform
from connectors.versions import versions
from pipelines.settings import Settings
from pipelines.standardise.grid_history import GridHistory, grid_history, side_by_side
from pipelines.standardise.reference import grid_reference


def grids_of(settings: Settings, cities: Collection[str | None]) -> GridHistory:
    """The tree of today, and how it came about; every version that was delivered has its say.

    Of several cities it is one tree with a root each: codes begin with the division, so they do not meet.
    """
    said = [
        [
            (day, grid_reference(platform, dataset, rows))
            for day, rows in versions(platform, dataset.name, settings.home)
        ]
        for platform, dataset in references(settings, "grid")
        if platform.city in cities
    ]
    return grid_history(side_by_side(said))


def references(settings: Settings, what: str) -> Iterator[tuple[Platform, Dataset]]:
    """The datasets that are a city's reference for addresses or grids."""
    for platform in settings.platforms.values():
        for dataset in platform.datasets:
            if dataset.reference == what:
                yield platform, dataset
