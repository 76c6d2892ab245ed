"""Numbers and types of certificates, as offices write them.

Belongs here: folding both for comparison. Does not: identity documents of persons (`identifiers`).
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.standardise.folding import fold, none_if_empty, without_blanks

_LABEL = r"^(?:NO|NUM|编号|证号|第)[.:：]?"
_COPY = r"[《》<>]|[(（](?:正本|副本|电子证照|复印件)[)）]"


def standardise_certificate_numbers(values: pa.StringArray) -> pa.Table:
    """`number` and `digits` per distinct text.

    Returns:
        `number`: capitals, letters, digits and Chinese characters alone; `No.` and its like dropped. `digits`: its digits, null
        where there are fewer than six. Null where nothing is left.
    """
    folded = pc.utf8_upper(without_blanks(fold(values)))
    bare = pc.replace_substring_regex(pc.replace_substring_regex(folded, _LABEL, ""), r"[^0-9A-Z\p{Han}]", "")
    digits = pc.replace_substring_regex(bare, r"[^0-9]", "")
    long_enough = pc.greater_equal(pc.utf8_length(digits), 6)
    return pa.table(
        {"number": none_if_empty(bare), "digits": pc.if_else(long_enough, digits, pa.scalar(None, pa.string()))}
    )


def standardise_certificate_types(values: pa.StringArray) -> pa.Table:
    """`label` per distinct text: without the marks of a title, and without what tells the copy (正本, 副本)."""
    bare = pc.replace_substring_regex(without_blanks(fold(values)), _COPY, "")
    bare = pc.replace_substring_regex(pc.replace_substring(bare, "(", "（"), r"\)", "）")
    return pa.table({"label": none_if_empty(bare)})
