"""What the specification of certificates compares: number, type, trade, holder, day of issue.

Belongs here: this view. Does not: reading numbers (`pipelines.standardise.certificates`), or comparing.
"""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.matching.inputs.kind_inputs import PlainInputs, Sight

_BRACKETS = r"^(?P<name>[^（(]*)[（(](?P<trade>[^）)]*)[）)]?\s*$"


@dataclass(frozen=True)
class CertificateInputs(PlainInputs):
    """What matching reads of certificates."""

    columns: tuple[str, ...] = (
        "certificate_type",
        "number",
        "number_digits",
        "holder_name",
        "holder_number",
        "issued_on",
    )

    def view(self, sight: Sight) -> pa.Table:
        """The stored columns; of the type what stands before its brackets, `type_name`, and what inside, `trade`, or '';

        of the number its digits without the last two, `number_series`.
        """
        some = sight.columns()
        kind = some["certificate_type"].cast(pa.string())
        parts = pc.extract_regex(kind, _BRACKETS)
        name = pc.coalesce(pc.struct_field(parts, "name"), kind)
        trade = pc.coalesce(pc.struct_field(parts, "trade"), pc.if_else(pc.is_valid(kind), "", None))
        digits = some["number_digits"].cast(pa.string())
        series = pc.if_else(pc.greater(pc.utf8_length(digits), 6), pc.utf8_slice_codeunits(digits, 0, -2), None)
        return (
            some.append_column("type_name", name).append_column("trade", trade).append_column("number_series", series)
        )


INPUTS = CertificateInputs()
