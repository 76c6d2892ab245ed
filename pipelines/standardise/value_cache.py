"""What values were standardised to, kept from run to run: a value that was read before is not read again.

A delivery says mostly what the one before it said, under another file name: its rows are new, its values are not. A
standardiser sees a value and what it knows of the city, nothing else; so what it made of the value holds until its code or
that knowledge changes. Then the page is thrown away as a whole.

Belongs here: keeping and finding. Does not: what a value means, or which standardisers are slow enough to be worth a page
(`kinds`).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.standardise.distinct import Standardiser
from warehouse.model.arrow_file import mapped, write_arrow

WRITTEN = "written"
"""The column of a page with the values; beside it the columns of the standardiser."""

KNOWING = b"knowing"


class ValueCache:
    """One page per standardiser: every value the last run met, and what it is in standard form.

    The values are people's data. A page therefore holds what the last run met and nothing older: what no delivery says
    any more is forgotten with the next run.
    """

    def __init__(self, folder: Path | None = None, knowing: str = "") -> None:
        """Open a cache of values.

        Args:
            folder: where its pages are kept; None keeps none, so that every value is read.
            knowing: what all standardisers depend on beside the value: the version of the code.
        """
        self._folder = folder
        self._knowing = knowing
        self._pages: dict[str, _Page] = {}

    def reader(self, name: str, standardise: Standardiser, knowing: str = "") -> Standardiser:
        """`standardise`, asked only for values that are not on its page.

        Args:
            name: of the page; the same for every call with the same standardiser.
            standardise: what it makes of a value depends on no other value.
            knowing: what it knows of the city.
        """
        if self._folder is None:
            return standardise
        if name not in self._pages:
            self._pages[name] = _Page(self._folder / f"{name}.arrow", f"{self._knowing} {knowing}")
        page = self._pages[name]
        return lambda values: page.read(values, standardise)

    def keep(self) -> None:
        """Write the pages for the next run, each whole, and drop those nobody asked for."""
        if self._folder is None:
            return
        for page in self._pages.values():
            page.keep()
        for path in self._folder.glob("*.arrow"):
            if path.stem not in self._pages:
                path.unlink()


class _Page:
    """Values of one standardiser and what they are in standard form, row by row."""

    def __init__(self, path: Path, knowing: str) -> None:
        self._path = path
        self._knowing = knowing
        self._table = _kept(path, knowing)
        self._met: npt.NDArray[np.bool_] = np.zeros(self._table.num_rows if self._table else 0, dtype=bool)
        self._grew = False

    def read(self, values: pa.StringArray, standardise: Standardiser) -> pa.Table:
        """What `standardise` makes of the values, in their order."""
        if not len(values):
            return standardise(values)
        places = self._places(values)
        unknown = pc.is_null(places)
        if pc.any(unknown).as_py():
            new = values.filter(unknown)
            self._add(new, standardise(new))
            places = self._places(values)
        assert self._table is not None  # it holds all values by now
        self._met[places.to_numpy()] = True
        return self._table.drop_columns([WRITTEN]).take(places)

    def _places(self, values: pa.StringArray) -> pa.Array:
        """Row of each value; null where it is not on the page."""
        if self._table is None:
            return pa.nulls(len(values), pa.int32())
        return pc.index_in(values, value_set=self._table.column(WRITTEN).chunk(0))

    def _add(self, values: pa.StringArray, standard: pa.Table) -> None:
        rows = standard.add_column(0, WRITTEN, values)
        self._table = (pa.concat_tables([self._table, rows]) if self._table else rows).combine_chunks()
        self._met = np.append(self._met, np.zeros(len(values), dtype=bool))
        self._grew = True

    def keep(self) -> None:
        """Write what was met, unless just that is kept."""
        if self._table is None or (self._met.all() and not self._grew):
            return
        met = self._table.filter(pa.array(self._met)).replace_schema_metadata({KNOWING: self._knowing})
        write_arrow(met, self._path)


def _kept(path: Path, knowing: str) -> pa.Table | None:
    """The page as it was kept; None where there is none, or it was made knowing something else."""
    if not path.exists():
        return None
    table = mapped(path)
    usable = table.num_rows and (table.schema.metadata or {}).get(KNOWING) == knowing.encode()
    return table.replace_schema_metadata() if usable else None
