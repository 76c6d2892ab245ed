"""Numbers with a unit: floor areas, counts, amounts of money.

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


_AMOUNT = r"^(?:人民币|RMB|[¥￥])?(?P<number>\d{1,12}(?:\.\d+)?)(?P<unit>亿元|亿|万元|万|元)?(?:整|人民币|RMB)?$"
_TEN_THOUSAND_YUAN = {"亿元": 1e4, "亿": 1e4, "元": 1e-4}
"""What a unit comes to; a number without one is in ten thousand yuan, as registers write."""


def standardise_amounts(values: pa.StringArray) -> pa.Table:
    """Standardise amounts of money in yuan.

    Returns:
        One row per value: `number` (float64), ten thousand yuan; null where the cell is no amount in yuan (`50万美元`).
    """
    text = pc.replace_substring_regex(fold(none_longer(values, _LONGEST)), r"[,\s]", "")
    found = pc.extract_regex(text, _AMOUNT)
    number = pc.cast(pc.struct_field(found, "number"), pa.float64())
    place = pc.index_in(pc.struct_field(found, "unit"), value_set=pa.array(list(_TEN_THOUSAND_YUAN)))
    factor = pc.fill_null(pa.array(_TEN_THOUSAND_YUAN.values(), pa.float64()).take(place), 1.0)
    return pa.table({"number": pc.round(pc.multiply(number, factor), 6)})
