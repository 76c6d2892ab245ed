"""Names of organisations that are no enterprises: party branches, committees.

Belongs here: folding them for comparison. Does not: names of enterprises (`enterprise.names`).
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.standardise.folding import fold, none_if_empty, without_blanks


def standardise_organisation_names(values: pa.StringArray) -> pa.Table:
    """`name` and `name_key` per distinct text: without blanks; for comparison without brackets and the prefix 中共."""
    name = none_if_empty(without_blanks(fold(values)))
    key = pc.replace_substring_regex(pc.replace_substring_regex(name, r"[()（）]", ""), "^中共", "")
    return pa.table({"name": name, "name_key": none_if_empty(key)})
