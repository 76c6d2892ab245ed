"""Whether two addresses name the same place, from their text alone: for addresses the reference does not know.

Two shares carry most of it: how much of what one address says the other says too, each word weighed by how rare it is among
the addresses at hand. Beside them stand the things that tell neighbours apart: the building, the gate, the county, the
numbers, which agree or disagree and are never nearly equal. Each comparison adds its weight (natural log of a Bayes
factor, set by hand from what an address officer would say), and the sum becomes a probability.

Belongs here: one pair, or one address and its candidates, decided by text. Does not belong here: keys of dwellings
(`resolve`) and person or enterprise matching, which weigh the dwelling among other evidence.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from rapidfuzz import fuzz

from benchmarks.address_text.segment import segment
from pipelines.standardise.address.notation import name_key, number

PRIOR = -3.5
"""Log odds before anything is compared: most candidate pairs are two places."""

SHARES: tuple[float, ...] = (0.1, 0.3, 0.5, 0.7, 0.9)
"""Shares (0–1) at which the weights of `SHARE_WEIGHTS` stand; between two of them the weight goes over in a line."""

SHARE_WEIGHTS: dict[str, tuple[float, ...]] = {
    "asked": (-2.0, -1.0, 0.0, 1.0, 1.5),
    "offered": (-2.0, -0.5, 0.5, 1.0, 1.5),
    "asked_end": (-2.0, -1.0, 0.0, 1.0, 2.0),
    "offered_end": (-1.0, -0.5, 0.0, 0.5, 1.0),
}
"""What a share adds to the log odds: `asked` is how much of the left address the right one says too, `offered` the other
way round, `…_end` the same of the last characters of what is named. An address that says nothing adds nothing."""

WEIGHTS: dict[str, dict[str, float]] = {
    "numbers": {"all": 0.5, "part": 0.0, "none": -0.5, "unknown": 0.0},
    "building": {"same": 1.5, "different": -3.0, "asked_only": -2.5, "offered_only": 0.0, "unknown": 0.0},
    "gate": {"asked_only": -0.5, "offered_only": -4.0, "unknown": 0.0},
    "county": {"same": 0.0, "different": -1.0, "unknown": 0.0},
}
"""What a level adds to the log odds."""

_END = 8
"""Characters at the end of an address that are its most particular part: estate and building, company, shop."""

_UPPER = frozenset(("country", "province", "city"))
_DIVISIONS = _UPPER | {"county", "zone", "street"}
_INSIDE = frozenset(("separator", "aside", "unit", "floor", "room"))
_NOTE = re.compile(r"\(([^()]*)\)?")
_VICINITY = re.compile(
    r"(?:与[^与]{2,12}?)?(?:交叉路?口|交汇处|交界处|交口|路口)(?:往?[东西南北]{1,2}[侧角面]?)?(?:[0-9]+米)?"
    r"|[往向]?[东西南北]{1,2}[0-9]+米(?:处|左右)?|附近|旁边?|斜?对面|对过"
)
"""Where a place lies, not what it is: map services write it before the name."""

_GATE = re.compile(r"(?:[东西南北]{1,2}|[正后侧大A-Z0-9])[0-9]?号?门(?:店)?$")
_BUILDING = re.compile(r"([A-Z]{0,2}[0-9]+[A-Z]?|(?<![A-Z])[A-Z]|[甲乙丙丁][0-9]*)(?:号楼|幢|栋|棟|座(?!落))")
_BUILDING_MARK = re.compile(r"(?<=[0-9A-Z])(?:号楼|#楼|栋|棟|座)")
_WORD = re.compile(r"[0-9]+[A-Z]?|[A-Z]+[0-9]*|[^ ]| ")
_FIGURE = re.compile(r"[A-Z]?[0-9]+[A-Z]?")
_REQUEST = re.compile(
    r"(?:到了?)?打(?:不通)?电话.*$|请?电话联系.*$|不接受.*$|[可请]?暂?放(?:门口|物业|快递柜|丰巢|隔壁).*$"
)
"""What a sender asks of the postman."""

_BREAK = re.compile(r"[\s,，。、\-]+")

Word = tuple[str, ...]


@dataclass(frozen=True)
class Place:
    """What of an address is compared.

    Attributes:
        everything: words of the whole address, bracketed notes left out.
        named: words of what lies below the street and above the unit; of county, zone and street where nothing else is said.
        offered: words of the address without where it lies (交叉口东北50米, 附近).
        end: words of the last characters of `named`.
        figures, named_figures: numbers of the address, and of `named`.
        buildings: numbers of buildings in their one form.
        counties: names of counties without their suffix.
        gate: whether a gate is meant, not what lies behind it.
    """

    everything: frozenset[Word]
    named: frozenset[Word]
    offered: frozenset[Word]
    end: frozenset[Word]
    figures: frozenset[str]
    named_figures: frozenset[str]
    buildings: frozenset[str]
    counties: tuple[str, ...]
    gate: bool


class Rarity:
    """How much a word says: the rarer among the addresses at hand, the more.

    A word is a character, a whole number, or two of these side by side.
    """

    SMOOTHING = 100
    """Addresses imagined beside those at hand: with a handful of addresses all words weigh nearly the same."""

    def __init__(self, addresses: Iterable[frozenset[Word]]) -> None:
        counts, total = Counter[Word](), self.SMOOTHING
        for words in addresses:
            counts.update(words)
            total += 1
        self._weight = {word: math.log(total / count) for word, count in counts.items()}

    def share(self, said: frozenset[Word], there: frozenset[Word]) -> float | None:
        """Share (0–1) of what is said that is found there too; None where nothing is said."""
        weights = {word: self._weight.get(word, 0.0) for word in said}
        # fsum rounds once: a set's order differs from run to run, and so would the last bit of a plain sum
        whole = math.fsum(weights.values())
        return math.fsum(w for word, w in weights.items() if word in there) / whole if whole else None


def address_similarity(left: pa.Array, right: pa.Array) -> pa.Array:
    """Probability that two addresses name the same place.

    How rare a word is comes from the addresses given, so a pair's probability may shift a little with its company.

    Args:
        left: Addresses asked for, as written, nullable strings.
        right: Addresses offered, row by row. What the left one says and the right one lacks counts against more than
            the other way round.

    Returns:
        Doubles 0–1; null where either side is null.
    """
    encoded = [side.cast(pa.string()).dictionary_encode() for side in (left, right)]
    texts = [side.dictionary.to_pylist() for side in encoded]
    places = {text: read(text) for text in dict.fromkeys((*texts[0], *texts[1])) if text is not None}
    rarity = Rarity(place.everything for place in places.values())
    rows = (side.indices.to_pylist() for side in encoded)
    scores = [
        None if i is None or j is None else _probability(places[texts[0][i]], places[texts[1][j]], rarity)
        for i, j in zip(*rows, strict=True)
    ]
    return pa.array(scores, pa.float64())


def same_place(left: pa.Array, right: pa.Array, threshold: float = 0.5, question: pa.Array | None = None) -> pa.Array:
    """Decide row by row whether two addresses name the same place.

    Args:
        left: Addresses asked for, nullable strings.
        right: Addresses offered.
        threshold: Probability (0–1) from which on a pair is the same place.
        question: What a row answers, where several candidates are offered for one address: of the candidates of one
            question only the best (several, where equal) can be the place.

    Returns:
        Booleans; null where either side is null.
    """
    scores = address_similarity(left, right)
    said = pc.greater_equal(scores, threshold)
    return said if question is None else pc.and_(said, best_of(question, scores))


def best_of(question: pa.Array, scores: pa.Array) -> pa.Array:
    """Whether a row's score is the highest of its question; null where the score is."""
    groups = question.dictionary_encode().indices.to_numpy(zero_copy_only=False)
    values = pc.fill_null(scores, -np.inf).to_numpy(zero_copy_only=False)
    highest = np.full(int(groups.max(initial=-1)) + 1, -np.inf)
    np.maximum.at(highest, groups, values)
    return pc.if_else(pc.is_valid(scores), pa.array(values >= highest[groups]), pa.scalar(None, pa.bool_()))


def read(text: str) -> Place:
    """What of an address is compared, taken from its segments."""
    folded = _REQUEST.sub("", unicodedata.normalize("NFKC", text).upper())
    notes = _NOTE.findall(folded)
    plain = _NOTE.sub(" ", folded).strip()
    pieces = [(s.label, plain[s.start : s.end]) for s in segment(plain)]
    below = [word for label, word in pieces if label not in _DIVISIONS | _INSIDE]
    named = _key(" ".join(below or [word for label, word in pieces if label not in _UPPER | _INSIDE]))
    whole = _key(plain)
    return Place(
        everything=_words(whole),
        named=_words(named),
        offered=_words(_VICINITY.sub(" ", whole)),
        end=_words(named[-_END:]),
        figures=frozenset(_FIGURE.findall(whole)),
        named_figures=frozenset(_FIGURE.findall(named)),
        buildings=frozenset(filter(None, map(number, _BUILDING.findall(whole)))),
        counties=tuple(word[:-1] for label, word in pieces if label == "county"),
        gate=any(_GATE.search(_key(part)) for part in (*notes, plain)),
    )


def shares(left: Place, right: Place, rarity: Rarity) -> dict[str, float | None]:
    """How much of one address the other says too (0–1), keys of `SHARE_WEIGHTS`; None where there is nothing to say."""
    return {
        "asked": rarity.share(left.named, right.everything),
        "offered": rarity.share(right.offered, left.everything),
        "asked_end": rarity.share(left.end, right.everything),
        "offered_end": rarity.share(right.end, left.everything),
    }


def compare(left: Place, right: Place) -> dict[str, str]:
    """The level of agreement of what tells neighbours apart, keys and levels of `WEIGHTS`."""
    return {
        "numbers": _numbers(left.named_figures, right.figures),
        "building": _building(left.buildings, right.buildings),
        "gate": "unknown" if left.gate == right.gate else "asked_only" if left.gate else "offered_only",
        "county": _county(left.counties, right.counties),
    }


def _probability(left: Place, right: Place, rarity: Rarity) -> float:
    odds = PRIOR + sum(WEIGHTS[part][level] for part, level in compare(left, right).items())
    for part, share in shares(left, right, rarity).items():
        if share is not None:
            odds += float(np.interp(share, SHARES, SHARE_WEIGHTS[part]))
    return 1 / (1 + math.exp(-odds))


def _key(text: str) -> str:
    """One spelling of numerals and of the mark of a building."""
    return _BREAK.sub(" ", _BUILDING_MARK.sub("幢", name_key(text)))


def _words(text: str) -> frozenset[Word]:
    single = _WORD.findall(text)
    pairs = ((a, b) for a, b in pairwise(single) if " " not in (a, b))
    return frozenset((*((word,) for word in single if word != " "), *pairs))


def _numbers(left: frozenset[str], right: frozenset[str]) -> str:
    if not left:
        return "unknown"
    return "all" if left <= right else "part" if left & right else "none"


def _building(left: frozenset[str], right: frozenset[str]) -> str:
    if left and right:
        return "same" if left & right else "different"
    return "asked_only" if left else "offered_only" if right else "unknown"


def _county(left: tuple[str, ...], right: tuple[str, ...]) -> str:
    if not left or not right:
        return "unknown"
    return "same" if max(fuzz.ratio(a, b) for a in left for b in right) >= 60 else "different"
