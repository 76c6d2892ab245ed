"""What standardising knows of a city and of its values: here, or sent to workers.

Belongs here: what travels. Does not: where it comes from (`pipelines.stages.mention_parts`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa

from connectors.spec import Platform
from pipelines.standardise.address import AddressReference, StoredReference
from pipelines.standardise.codes import CodeTables
from pipelines.standardise.grids import GridTree
from pipelines.standardise.parts import platform_parts
from pipelines.standardise.roles import Rows
from pipelines.standardise.value_cache import ValueCache
from warehouse.model.data_model import DataModel


@dataclass(frozen=True)
class TaskContext:
    """What standardising needs beside rows.

    Attributes:
        platforms: those whose rows are standardised, by name.
        addresses: the standard addresses; a gazetteer is made of them where one is needed.
        grids: the grid tree.
        code_tables: tables that platform files refer to.
        code: what a value means besides depends on this: the version of code and libraries.
        former: platform → the batches of remembered values its part was made with before, see `ValueCache`.
        batch: number of the batch of a run on one machine; on an engine that of task 0, and so on.
    """

    platforms: Mapping[str, Platform]
    addresses: AddressReference | StoredReference
    grids: GridTree
    code_tables: CodeTables
    code: str
    former: Mapping[str, list[str]]
    batch: int

    def sent(self, folder: Path) -> TaskContext:
        """The same with the standard addresses as a file in a folder that workers see."""
        known = self.addresses
        return replace(self, addresses=known.store(folder) if isinstance(known, AddressReference) else known)

    def parts(
        self, model: DataModel, platforms: Mapping[str, Platform], rows: Rows, value_cache: ValueCache
    ) -> Iterator[tuple[str, str, pa.Table]]:
        """See `platform_parts`."""
        return platform_parts(
            model,
            platforms,
            rows,
            gazetteer=self.addresses.gazetteer,
            grids=self.grids,
            code_tables=self.code_tables,
            value_cache=value_cache,
        )
