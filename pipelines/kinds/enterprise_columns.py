"""What the specification of enterprises compares: columns of their mentions, and the code as it is written.

Belongs here: this view. Does not: standardising, or comparing.
"""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.kinds.housing_columns import PLACE
from pipelines.matching.inputs.coded import Coded
from pipelines.matching.inputs.kind_inputs import PlainInputs, Sight


@dataclass(frozen=True)
class EnterpriseInputs(PlainInputs):
    """What matching reads of enterprises."""

    columns: tuple[str, ...] = (
        "name_key", "region", "brand", "brand_pinyin", "trade", "legal_form", "branch", "name_form", "former_name",
        "former_brand", "code_raw", "code_legible", "credit_code", "registration_number", "organisation_code", "legal_rep_name",
        "legal_rep_id_number", "phone", "operating_dwelling", "city", *PLACE,
    )  # fmt: skip

    def view(self, sight: Sight) -> pa.Table:
        """See `enterprise_view`."""
        return enterprise_view(sight.columns())


INPUTS = EnterpriseInputs()


def enterprise_view(mentions: pa.Table) -> pa.Table:
    """The columns the enterprise spec reads; `code_text` is the code as written, upper case, blanks and dashes dropped."""
    columns = [
        "mention_id",
        "name_key",
        "region",
        "brand",
        "brand_pinyin",
        "trade",
        "legal_form",
        "branch",
        "name_form",
        "former_name",
        "former_brand",
        "code_legible",
        "credit_code",
        "registration_number",
        "organisation_code",
        "legal_rep_name",
        "legal_rep_id_number",
        "phone",
        "operating_dwelling",
        "city",
        *PLACE,
    ]
    code = Coded.named(mentions, "code_raw").map(_plain_code)
    return mentions.select(columns).append_column("code_text", code.arrow)


def _plain_code(values: pa.Array) -> pa.Array:
    code = pc.replace_substring_regex(pc.utf8_upper(values), r"[^0-9A-Z]", "")
    return pc.if_else(pc.equal(code, ""), pa.scalar(None, code.type), code)
