"""What values were standardised to, kept from run to run: a value that was read before is not read again.

A delivery says mostly what the one before it said, under another file name: its rows are new, its values are not. A
standardiser sees a value and what it knows of the city, nothing else; so what it made of the value holds until its code or
that knowledge changes. Then the page is thrown away as a whole.

Values lie in batches: what a run meets for the first time is one. A batch stands while something is used that was made with it, so
that a small run reads its own values and leaves all others where they are.

Belongs here: keeping and finding. Does not: what a value means, or which standardisers are slow enough to be worth a page
(`kinds`).
"""

from __future__ import annotations

import shutil
from collections.abc import Set
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
    """One page per standardiser: every value that was met, and what it is in standard form.

    The values are people's data. Batches that do not stand are read once more; of them this run keeps what it met, in its own batch, and
    nothing older: what no delivery says any more is forgotten when the last that stood with it has gone.
    """

    def __init__(
        self,
        folder: Path | None = None,
        knowing: str = "",
        *,
        batch: str = "1",
        standing: Set[str] = frozenset(),
        read: Set[str] | None = None,
    ) -> None:
        """Open a cache of values.

        Args:
            folder: where its pages are kept, a folder a batch; None keeps none, so that every value is read.
            knowing: what all standardisers depend on beside the value: the version of the code.
            batch: the name of this run's.
            standing: the batches that stay as they are.
            read: the batches that are read; all if not given.
        """
        self._folder = folder
        self._knowing = knowing
        self._batch = batch
        self._standing = standing
        self._read = read
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
            there = (
                file
                for file in self._folder.glob(f"*/{name}.arrow")
                if self._read is None or file.parent.name in self._read
            )
            files = sorted(there, key=lambda file: file.parent.name not in self._standing)
            stand = sum(file.parent.name in self._standing for file in files)
            self._pages[name] = _Page(files[:stand], files[stand:], f"{self._knowing} {knowing}")
        page = self._pages[name]
        return lambda values: page.read(values, standardise)

    def keep(self) -> None:
        """Write what is new on every page for the next run, each whole, and drop the batches that do not stand."""
        if self._folder is not None:
            self.write()
            drop_batches(self._folder, {*self._standing, self._batch})

    def write(self) -> None:
        """Write what is new on every page for the next run, each whole; other batches stay as they are."""
        if self._folder is None:
            return
        own = self._folder / self._batch
        written = {name for name, page in self._pages.items() if page.keep(own / f"{name}.arrow")}
        for path in own.glob("*.arrow"):
            if path.stem not in written:
                path.unlink()


def drop_batches(folder: Path, standing: Set[str]) -> None:
    """Drop all batches but those that stand."""
    for path in folder.glob("*.arrow"):  # pages of homes without batches
        path.unlink()
    for path in folder.glob("*/"):
        if path.name not in standing:
            shutil.rmtree(path)


class _Page:
    """Values of one standardiser and what they are in standard form, row by row; those of standing batches come first."""

    def __init__(self, standing: list[Path], falling: list[Path], knowing: str) -> None:
        self._knowing = knowing
        stand = [table for file in standing if (table := _kept(file, knowing)) is not None]
        fall = [table for file in falling if (table := _kept(file, knowing)) is not None]
        self._stand = sum(table.num_rows for table in stand)
        known = [*stand, *fall]
        self._table = pa.concat_tables(known).combine_chunks() if len(known) > 1 else next(iter(known), None)
        self._met: npt.NDArray[np.bool_] = np.zeros(self._table.num_rows if self._table else 0, dtype=bool)

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

    def keep(self, path: Path) -> bool:
        """Write what was met and lies in no standing batch; whether there is any."""
        if self._table is None or not self._met[self._stand :].any():
            return False
        met = self._table.slice(self._stand).filter(pa.array(self._met[self._stand :]))
        write_arrow(met.replace_schema_metadata({KNOWING: self._knowing}), path)
        return True


def _kept(path: Path, knowing: str) -> pa.Table | None:
    """The page as it was kept; None where there is none, or it was made knowing something else."""
    if not path.exists():
        return None
    table = mapped(path)
    usable = table.num_rows and (table.schema.metadata or {}).get(KNOWING) == knowing.encode()
    return table.replace_schema_metadata() if usable else None
