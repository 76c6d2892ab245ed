"""Whether two addresses name the same place, from their segments alone: for addresses the reference does not know.

Numbers agree or disagree, they are never nearly equal; only names compare fuzzily. A part that one address leaves out says
little, a part that both give and that differs says much. Each part adds its weight (natural log of a Bayes factor, set by
hand from what an address officer would say), and the sum becomes a probability.

Belongs here: one pair decided by its text. Does not belong here: keys of dwellings (`resolve`) and person or enterprise
matching, which weigh the dwelling among other evidence.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from rapidfuzz import fuzz

from pipelines.standardise.address.notation import number
from pipelines.standardise.address.segment import segment

PRIOR = -2.6
"""Log odds before anything is compared: most candidate pairs are two places."""

WEIGHTS: dict[str, dict[str, float]] = {
    "site": {"same": 2.0, "alike": 0.8, "part": -0.6, "different": -2.0, "unknown": -0.5},
    "gate": {"one_sided": -0.8, "unknown": 0.0},
    "characters": {"all": 1.6, "most": 0.9, "half": -0.3, "few": -1.6, "unknown": 0.0},
    "road": {"same": 0.5, "different": -0.3, "unknown": 0.0},
    "road_number": {"same": 1.1, "different": -0.7, "unknown": 0.0},
    "building": {"same": 1.5, "different": -3.0, "one_sided": -1.0, "unknown": 0.0},
    "floor": {"same": 1.2, "different": -0.9, "unknown": 0.0},
    "room": {"same": 1.2, "different": -0.6, "unknown": 0.0},
}
"""What each level of each part adds to the log odds."""

_MARK = re.compile(r"(?:号楼|单元|号室|幢|栋|棟|座|排|号|楼|层|室|弄)$")
_DIVISIONS = frozenset(("country", "province", "city", "county", "zone", "street", "community", "unit", "separator"))
_GATE = re.compile(r"[东西南北正后侧大0-9]门$")
_BRACKETS = re.compile(r"[()（）\[\]【】]+")


@dataclass(frozen=True)
class Parts:
    """What of an address is compared."""

    characters: frozenset[str]
    names: tuple[str, ...]
    roads: tuple[str, ...]
    road_numbers: frozenset[str]
    buildings: frozenset[str]
    floors: frozenset[str]
    rooms: frozenset[str]


def address_similarity(left: pa.Array, right: pa.Array) -> pa.Array:
    """Probability that two addresses name the same place.

    Args:
        left: Addresses as written, nullable strings.
        right: Addresses to compare with, row by row.

    Returns:
        Doubles 0–1; null where either side is null.
    """
    encoded = [side.cast(pa.string()).dictionary_encode() for side in (left, right)]
    parts = [[_parts(text) for text in side.dictionary.to_pylist()] for side in encoded]
    rows = [side.indices.to_pylist() for side in encoded]
    scores = [
        None if i is None or j is None else _probability(compare(parts[0][i], parts[1][j]))
        for i, j in zip(*rows, strict=True)
    ]
    return pa.array(scores, pa.float64())


def same_place(left: pa.Array, right: pa.Array, threshold: float = 0.5) -> pa.Array:
    """Decide row by row whether two addresses name the same place; null where either is null."""
    return pc.greater_equal(address_similarity(left, right), threshold)


def compare(left: Parts, right: Parts) -> dict[str, str]:
    """The level of agreement per part, keys and levels of `WEIGHTS`."""
    return {
        "site": _site(left.names, right.names),
        "gate": _gate(left.names, right.names),
        "characters": _characters(left.characters, right.characters),
        "road": _road(left.roads, right.roads),
        "road_number": _numbers(left.road_numbers, right.road_numbers),
        "building": _numbers(left.buildings, right.buildings, one_sided="one_sided"),
        "floor": _numbers(left.floors, right.floors),
        "room": _numbers(left.rooms, right.rooms),
    }


def _probability(levels: dict[str, str]) -> float:
    return float(1 / (1 + np.exp(-PRIOR - sum(WEIGHTS[part][level] for part, level in levels.items()))))


def _parts(text: str) -> Parts:
    opened = _BRACKETS.sub(" ", text)
    pieces = [(s.label, opened[s.start : s.end].strip()) for s in segment(opened)]

    def words(*labels: str) -> tuple[str, ...]:
        return tuple(word for label, word in pieces if label in labels and len(word) > 1)

    def figures(*labels: str) -> frozenset[str]:
        found = {number(_MARK.sub("", word)) for label, word in pieces if label in labels}
        return frozenset(word for word in found if word)

    telling = "".join(word for label, word in pieces if label not in _DIVISIONS)
    return Parts(
        frozenset(telling),
        words("site", "part", "contact"),
        words("road", "lane"),
        figures("road_number", "lane_number"),
        figures("building"),
        figures("floor"),
        figures("room"),
    )


def _site(left: tuple[str, ...], right: tuple[str, ...]) -> str:
    """The last name is the most particular one: each side's has to be found on the other."""
    if not left or not right:
        return "unknown"
    there = max(fuzz.partial_ratio(left[-1], name) for name in right)
    back = max(fuzz.partial_ratio(right[-1], name) for name in left)
    whole = max(fuzz.ratio(a, b) for a in left for b in right)
    if min(there, back) >= 85 and whole >= 80:
        return "same"
    if there >= 85 and whole >= 65:
        return "alike"
    return "part" if there >= 60 or whole >= 65 else "different"


def _characters(left: frozenset[str], right: frozenset[str]) -> str:
    """How much of what the first address says below the community the second says too, in whatever order."""
    if not left or not right:
        return "unknown"
    share = len(left & right) / len(left)
    return "all" if share >= 0.9 else "most" if share >= 0.75 else "half" if share >= 0.5 else "few"


def _gate(left: tuple[str, ...], right: tuple[str, ...]) -> str:
    gates = [any(_GATE.search(name) for name in side) for side in (left, right)]
    return "one_sided" if gates[0] != gates[1] else "unknown"


def _road(left: tuple[str, ...], right: tuple[str, ...]) -> str:
    if not left or not right:
        return "unknown"
    return "same" if max(fuzz.ratio(a, b) for a in left for b in right) >= 80 else "different"


def _numbers(left: frozenset[str], right: frozenset[str], one_sided: str = "unknown") -> str:
    if left and right:
        return "same" if left & right else "different"
    return one_sided if left or right else "unknown"
