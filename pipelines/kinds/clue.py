"""What a row shares with an entity that is too little for a link, and enough for a question.

Belongs here: the declaration. Does not: finding rows by it, or how much it is worth (`pipelines.resolution.clues`).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Clue:
    """One thing that rows of a kind may share.

    A matcher decides on what two rows say. What it finds too thin (a lone phone number, an address cut short beside a floor
    area) a person can often settle, because few others could be meant. How often is learned from rows of the same poverty
    that other evidence has put in their place, so that a clue needs no probability of its own.

    Attributes:
        name: a comparison of the kind, or an attribute, whose word the steward reads.
        shares: SQL over a mention `m`: rows with one value share the clue; null shares nothing.
        of: SQL over `m`: the rows a question is asked about.
        fits: SQL over such a row `l` and another one `r`, both mentions: nothing speaks against their being one.
        through: rows of this kind that tie themselves to `m`; `shares` then reads `t.entity_id`, the entity such a row names.
    """

    name: str
    shares: str
    of: str = "true"
    fits: str = "true"
    through: str = ""


__all__ = ["Clue"]
