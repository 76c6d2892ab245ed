"""The places a city's rows are read by: its standard addresses and its grids. Reads the landing area.

A home may hold several cities. Each has an estate 和平小区 and a first grid of its own, so that a row is read by the places of the
city its platform belongs to, and by no others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa

from pipelines.settings import Settings
from pipelines.stages.current import rows_now
from pipelines.stages.grid_tree import grids_of, references
from pipelines.standardise.address import AddressReference, Gazetteer
from pipelines.standardise.grids import GridTree
from pipelines.standardise.reference import ADDRESS_REFERENCE, address_reference, in_present_grids

NO_ADDRESSES = pa.schema([(name, pa.string()) for name in ADDRESS_REFERENCE]).empty_table()
"""The address reference of a city that has none: addresses are then only parsed."""


@dataclass(frozen=True)
class Places:
    """The standard addresses and the grids of one city, as its references declare them now."""

    addresses: AddressReference
    grids: GridTree

    @property
    def gazetteer(self) -> Gazetteer:
        """The gazetteer of the addresses, made when it is first asked for."""
        return self.addresses.gazetteer

    @property
    def state(self) -> tuple[str, str]:
        """What tells them from others: with the same ones every cell comes to the same."""
        grids = self.grids
        return self.addresses.fingerprint, repr((grids.nodes.to_pylist(), sorted(grids.former.items()), grids.given_up))


def places_by_city(settings: Settings, all_grids: GridTree | None = None) -> Mapping[str | None, Places]:
    """The places of every city by its code, under None where the settings name no cities.

    Args:
        settings: of the home.
        all_grids: the tree of all cities, where it is known: of one city alone it is the city's.
    """
    cities = settings.city.settings.codes
    if len(cities) == 1 and all_grids is not None:
        return {cities[0]: Places(_addresses(settings, cities[0], all_grids), all_grids)}
    trees = {city: grids_of(settings, (city,)).tree for city in cities}
    return {city: Places(_addresses(settings, city, tree), tree) for city, tree in trees.items()}


def _addresses(settings: Settings, city: str | None, grids: GridTree) -> AddressReference:
    addresses = [
        address_reference(p, d, rows_now(settings, settings.platforms[p.platform], d.name))
        for p, d in references(settings, "address")
        if p.city == city
    ]
    rows = in_present_grids(pa.concat_tables([NO_ADDRESSES, *addresses]), grids)
    return AddressReference(rows, settings.city.settings.division_of(city).own, city or "")
