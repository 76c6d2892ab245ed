"""How what a mention claims stands to the golden values, attribute by attribute, packed into numbers: three bits each.

Belongs here: where the state of an attribute stands, and the SQL that packs and reads it. Does not: which states there are (`plan.STATES`), or what
decides on them (`sql/claimed.sql`). A mention that claims nothing of an attribute has state 0 there, as one that leaves its place empty.
"""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

WORD = 21
"""Attributes in one number: 64 bits, less the sign."""
Numbers = Mapping[tuple[str, str], int]
"""(kind, attribute) → its number among those of its kind that anybody may see."""


def number_attributes(granted: pa.Table) -> Numbers:
    """Number the attributes of each kind.

    Args:
        granted: entity_kind and attribute of what anybody may see.
    """
    pairs = sorted(set(zip(granted["entity_kind"].to_pylist(), granted["attribute"].to_pylist(), strict=True)))
    counted: dict[str, int] = {}
    found = {}
    for kind, attribute in pairs:
        found[kind, attribute] = counted[kind] = counted.get(kind, -1) + 1
    return found


def packed(numbers: Numbers) -> str:
    """The columns into which the rows of a mention's `state`s are packed, by their `number`; as many as the kind with the most needs."""
    words = max(numbers.values(), default=0) // WORD + 1
    one = "bit_or(state::bigint << (3 * (number % {0}))::integer) filter (number // {0} = {1}) as states_{1}"
    return ", ".join(one.format(WORD, word) for word in range(words))


def state(mention: str, number: int) -> str:
    """The state of the attribute of a number in a row of mentions; null where there is no mention."""
    return f"(({mention}.states_{number // WORD} >> {3 * (number % WORD)}) & 7)"


def any_state(mention: str, number: str, numbers: Numbers) -> str:
    """The same, of a number that is a column."""
    words = max(numbers.values(), default=0) // WORD + 1
    cases = " ".join(f"when {word} then {mention}.states_{word}" for word in range(words))
    return f"(((case {number} // {WORD} {cases} end) >> (3 * ({number} % {WORD}))::integer) & 7)"
