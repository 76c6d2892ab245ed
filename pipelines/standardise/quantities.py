"""Numbers with a unit: floor areas, counts.

Belongs here: reading a quantity. Does not: identifiers, which are text however many digits they have.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.standardise.folding import fold, none_longer

_LONGEST = 60
_NUMBER = r"^(?P<number>-?\d{1,12}(?:\.\d+)?)(?:平方米|平米|平方|㎡|m2|M2|人|名|个|万元|万|元)?$"


def standardise_quantities(values: pa.StringArray) -> pa.Table:
    """Standardise quantities.

    Returns:
        One row per value: `number` (float64) and `count` (int64, null where the number is no whole one); null where the
        cell is no number, or a negative one.
    """
    text = pc.replace_substring_regex(fold(none_longer(values, _LONGEST)), r"[,\s]", "")
    number = pc.cast(pc.struct_field(pc.extract_regex(text, _NUMBER), "number"), pa.float64())
    number = pc.if_else(pc.greater_equal(number, 0.0), number, pa.scalar(None, pa.float64()))
    whole = pc.if_else(pc.equal(pc.floor(number), number), number, pa.scalar(None, pa.float64()))
    return pa.table({"number": number, "count": pc.cast(whole, pa.int64())})
