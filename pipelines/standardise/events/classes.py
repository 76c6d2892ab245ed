"""The class of an event: by the crosswalk of its platform, and by what the text says, with a probability.

Platforms file under codes that are coarse (`设施损坏`) or wrong (a neighbouring class), and citizens type what they like. So
both sides count: a listed class is evidence, and so is every word of the text that `categories.yaml` knows. Of a text with two
grievances the first one counts.

Belongs here: the taxonomy and the guess. Does not: the crosswalks, which are code tables (`connectors/code_tables.yaml`).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from importlib import resources
from math import exp
from operator import add
from typing import Any, NamedTuple

import yaml

WORD, HINT = 2.0, 0.7
"""Evidence (natural logarithm) of a word, and of one that only hints; divided by the root of the classes that share it."""
SECOND_GRIEVANCE = 0.45
"""What a word of a second grievance counts, as a share."""
LISTED, LISTED_AMONG = 2.6, 2.0
"""Evidence that a platform files it under a class, and under one of several."""
LIKELY = 3.2
"""Most evidence by which the second class may fall behind and still be named."""
LEAST = 1.2
"""Least evidence of a second class."""
INCIDENT = "incident"
MOST_COMBINATIONS = 65_536
"""Combinations of listed classes and words that are remembered."""
SEVERAL = "、"
"""Between the classes of a crosswalk that leads to several."""

_JOINERS = re.compile(r"另外|还有|顺便反映|顺便|而且|同时|旁边也|此外|以及")


class Guess(NamedTuple):
    """The class of one report; `name` and `second` are Chinese names of the taxonomy, null where nothing tells."""

    name: str | None
    second: str | None
    probability: float | None
    source: str
    reach: str | None
    pace: int
    kind: str


Told = tuple[tuple[str, ...], ...]
"""The words that a text says and the taxonomy knows, by grievance."""
Evidence = dict[int, float]
"""Class, by its place in the taxonomy, to evidence (natural logarithm) for it."""


@dataclass(frozen=True)
class Classes:
    """The taxonomy, ready to guess.

    Attributes:
        names: Chinese names in the order of the file.
        entries: what the file says of each.
        words: word → (class, evidence).
        by_start: first two characters → the words that begin with them.
    """

    names: tuple[str, ...]
    entries: tuple[dict[str, Any], ...]
    words: dict[str, tuple[tuple[int, float], ...]]
    by_start: dict[str, tuple[str, ...]]

    def guess(self, listed: tuple[str | None, ...], wording: str | None, text: str) -> Guess:
        """The likeliest class.

        Args:
            listed: what crosswalks lead to: a name, or several with `、` between; null for none.
            wording: the category in words no crosswalk lists.
            text: the report.
        """
        return self._guess(listed, self._told(wording) if wording else None, self._told(text))

    @cached_property
    def _guess(self) -> Callable[[tuple[str | None, ...], Told | None, Told], Guess]:
        """Classes and words come again and again: each combination is weighed once."""
        return lru_cache(MOST_COMBINATIONS)(self._weighed)

    def _weighed(self, listed: tuple[str | None, ...], wording: Told | None, text: Told) -> Guess:
        by_list, by_text = self._listed(listed), self._said(text)
        if wording:
            _add(by_text, self._said(wording))
        evidence = dict(by_list)
        _add(evidence, by_text)
        if not evidence:
            return Guess(None, None, None, "none", None, 1, INCIDENT)
        ranked = sorted(evidence, key=lambda k: (-evidence[k], k))
        first, most = ranked[0], evidence[ranked[0]]
        second = ranked[1] if len(ranked) > 1 and evidence[ranked[1]] >= max(LEAST, most - LIKELY) else None
        others = sum(exp(evidence[k] - most) for k in ranked[1:]) + (len(self.names) - len(ranked)) * exp(-most)
        entry = self.entries[first]
        return Guess(
            self.names[first],
            None if second is None else self.names[second],
            round(1 / (1 + others), 4),
            ("both" if first in by_text else "crosswalk") if first in by_list else "text",
            entry["reach"],
            entry.get("pace", 1),
            entry.get("kind", INCIDENT),
        )

    def _listed(self, listed: tuple[str | None, ...]) -> Evidence:
        """Evidence of the crosswalks: of two the classes they have in common, where there are any."""
        sets = [{self._numbers[n] for n in one.split(SEVERAL) if n in self._numbers} for one in listed if one]
        sets = [one for one in sets if one]
        if not sets:
            return {}
        common = set.intersection(*sets) or set.union(*sets)
        return dict.fromkeys(common, LISTED if len(common) == 1 else LISTED_AMONG)

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {name: k for k, name in enumerate(self.names)}

    def _told(self, text: str) -> Told:
        """The words of every grievance of a text, each once."""
        parts = _JOINERS.split(text)
        return tuple(tuple(self._words_of(part)) for part in parts)

    def _said(self, told: Told) -> Evidence:
        """Evidence of the words of a text."""
        out: Evidence = {}
        for part, words in enumerate(told):
            share = 1.0 if part == 0 else SECOND_GRIEVANCE
            for word in words:
                for k, evidence in self.words[word]:
                    out[k] = out.get(k, 0.0) + evidence * share
        return out

    def _words_of(self, text: str) -> list[str]:
        """The words of a text that the taxonomy knows; one inside a longer one does not count."""
        starts = self.by_start.keys() & {*map(add, text, text[1:]), *text}
        seen = [word for start in starts for word in self.by_start[start] if word in text]
        if len(seen) < 2:
            return seen
        return sorted(word for word in seen if not any(word != other and word in other for other in seen))


def _add(evidence: Evidence, more: Evidence) -> None:
    for k, x in more.items():
        evidence[k] = evidence.get(k, 0.0) + x


@cache
def taxonomy() -> Classes:
    """The shipped taxonomy, `categories.yaml`."""
    file = resources.files(__package__).joinpath("categories.yaml")
    table: dict[str, dict[str, Any]] = yaml.safe_load(file.read_text(encoding="utf-8"))
    words: defaultdict[str, list[tuple[int, float]]] = defaultdict(list)
    for k, entry in enumerate(table.values()):
        for word in entry["words"]:
            words[word.removeprefix("~")].append((k, HINT if word.startswith("~") else WORD))
    shared = {w: tuple((k, x / len(many) ** 0.5) for k, x in many) for w, many in words.items()}
    by_start: defaultdict[str, list[str]] = defaultdict(list)
    for word in shared:
        by_start[word[:2]].append(word)
    return Classes(
        tuple(entry["zh"] for entry in table.values()),
        tuple(table.values()),
        shared,
        {start: tuple(sorted(some)) for start, some in by_start.items()},
    )
