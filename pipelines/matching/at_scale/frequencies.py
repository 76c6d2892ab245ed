"""How common values are, counted where they are: a driver sees figures of columns, and the values that are not as common as most.

Belongs here: from `record` to a population. Does not: what a frequency is worth (`engine.term_frequency`).
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.engine import Tables
from pipelines.matching.at_scale.functions import ColumnValues, FrequencyBins, unsigned
from pipelines.matching.at_scale.statements import make, query
from pipelines.matching.engine.population import Frequencies, Population
from pipelines.matching.engine.spec import MatchSpec
from pipelines.matching.engine.term_frequency import BINS, Holdings, frequency_columns


def count_population(tables: Tables, spec: MatchSpec, records: int) -> Population:
    """How common the values of `record` are."""
    columns = frequency_columns(spec)
    tables.map("column_value", "record", ColumnValues(spec))
    make(tables, "holding")
    tables.map("bin", "holding", FrequencyBins(_holdings(tables, len(columns))))
    counted = tables.fetch("select place, bin, count(*) as size from bin group by place, bin")
    other = [_commonest(counted, place) for place in range(len(columns))]
    places = pa.array(range(len(columns)), pa.int32())
    tables.write("other", pa.table({"place": places, "bin": pa.array(other, pa.int64())}))
    uncommon = tables.fetch(query("uncommon"))
    frequencies = {}
    for place, column in enumerate(columns):
        here = uncommon.filter(pc.equal(uncommon["place"], place))
        values, bins = unsigned(here["value"].to_numpy()), here["bin"].to_numpy()
        order = np.argsort(values)
        frequencies[column] = Frequencies(values[order], bins[order].astype(np.int8), other[place])
    return Population(records, records * (records - 1.0) / 2, frequencies)


def _holdings(tables: Tables, columns: int) -> tuple[Holdings, ...]:
    """The figures of every column."""
    figures = {row["place"]: row for row in tables.fetch(query("holdings")).to_pylist()}
    entities = {row["place"]: row["entities"] for row in tables.fetch(query("entities")).to_pylist()}

    def figure(place: int) -> Holdings:
        row = figures.get(place)
        if row is None:
            return Holdings(0.0)
        mentions, held, holdings = (float(row[c]) for c in ("mentions", "held_mentions", "holdings"))
        return Holdings(mentions, held, holdings, int(row["once"]), int(row["twice"]), int(entities[place]))

    return tuple(map(figure, range(columns)))


def _commonest(counted: pa.Table, place: int) -> int:
    """The bin of most values of a column, the first of several."""
    here = counted.filter(pc.equal(counted["place"], place))
    size = np.zeros(BINS, dtype=np.int64)
    size[here["bin"].to_numpy()] = here["size"].to_numpy()
    return int(size.argmax())
