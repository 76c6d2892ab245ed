"""The class of an event: by the crosswalk of its platform, and by what the text says, with a probability.

Platforms file under codes that are coarse (`设施损坏`) or wrong (a neighbouring class), and citizens type what they like. So
both sides count: a listed class is evidence, and so is every word of the text that `categories.yaml` knows. Of a text with two
grievances the first one counts.

Belongs here: the taxonomy and the guess. Does not: the crosswalks, which are code tables (`connectors/code_tables.yaml`).
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
import numpy.typing as npt
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
SEVERAL = "、"
"""Between the classes of a crosswalk that leads to several."""

_JOINERS = re.compile(r"另外|还有|顺便反映|顺便|而且|同时|旁边也|此外|以及")


@dataclass(frozen=True)
class Guess:
    """The class of one report; `name` and `second` are Chinese names of the taxonomy, null where nothing tells."""

    name: str | None
    second: str | None
    probability: float | None
    source: str
    reach: str | None
    pace: int
    kind: str


@dataclass(frozen=True)
class Classes:
    """The taxonomy, ready to guess.

    Attributes:
        names: Chinese names in the order of the file.
        entries: what the file says of each.
        words: word → (class, evidence).
        pattern: finds all words, overlapping ones too.
    """

    names: tuple[str, ...]
    entries: tuple[dict[str, Any], ...]
    words: dict[str, tuple[tuple[int, float], ...]]
    pattern: re.Pattern[str]

    def guess(self, listed: tuple[str | None, ...], wording: str | None, text: str) -> Guess:
        """The likeliest class.

        Args:
            listed: what crosswalks lead to: a name, or several with `、` between; null for none.
            wording: the category in words no crosswalk lists.
            text: the report.
        """
        by_list, by_text = self._listed(listed), self._said(text)
        if wording:
            by_text = by_text + self._said(wording)
        evidence = by_list + by_text
        first, second = (int(i) for i in np.argsort(-evidence, kind="stable")[:2])
        source = ("both" if by_text[first] else "crosswalk") if by_list[first] else "text"
        if not evidence[first]:
            return Guess(None, None, None, "none", None, 1, INCIDENT)
        close = evidence[second] >= LEAST and evidence[second] >= evidence[first] - LIKELY
        entry = self.entries[first]
        return Guess(
            self.names[first],
            self.names[second] if close else None,
            round(float(1 / np.exp(evidence - evidence[first]).sum()), 4),
            source,
            entry["reach"],
            entry.get("pace", 1),
            entry.get("kind", INCIDENT),
        )

    def _listed(self, listed: tuple[str | None, ...]) -> npt.NDArray[np.float64]:
        """Evidence of the crosswalks: of two the classes they have in common, where there are any."""
        out = np.zeros(len(self.names))
        sets = [{n for n in one.split(SEVERAL) if n in self.names} for one in listed if one]
        sets = [one for one in sets if one]
        if sets:
            common = set.intersection(*sets) or set.union(*sets)
            for name in common:
                out[self.names.index(name)] = LISTED if len(common) == 1 else LISTED_AMONG
        return out

    def _said(self, text: str) -> npt.NDArray[np.float64]:
        """Evidence of the words of a text; a word inside a longer one that is known does not count."""
        out = np.zeros(len(self.names))
        for part, grievance in enumerate(_JOINERS.split(text)):
            seen = {match[1] for match in self.pattern.finditer(grievance)}
            for word in seen:
                if any(word != other and word in other for other in seen):
                    continue
                for k, evidence in self.words[word]:
                    out[k] += evidence * (1.0 if part == 0 else SECOND_GRIEVANCE)
        return out


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
    longest_first = sorted(map(re.escape, shared), key=lambda w: (-len(w), w))
    return Classes(
        tuple(entry["zh"] for entry in table.values()),
        tuple(table.values()),
        shared,
        re.compile(f"(?=({'|'.join(longest_first)}))"),
    )
