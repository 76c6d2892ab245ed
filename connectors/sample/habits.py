"""What grid staff report and what they leave: classes they would rather not see, grids that fill quotas, grids that are honest.

Belongs here: the habits, as truth. Does not: the tickets that come of them (`reports.tickets`, `reports.officers`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from connectors.sample.draws import Bools, Draws, Floats, Ints, Texts, texts
from connectors.sample.event_words import CATEGORIES

USUAL, HONEST, QUOTA = 0, 1, 2
MANNERS = texts(["usual", "honest", "quota_filling"])
EASY = ("占道经营", "暴露垃圾", "机动车乱停放")
"""What is dealt with in a minute, and makes a good figure."""
HIDDEN = 4
"""Classes of trouble that grid staff leave unreported: it stays theirs to deal with."""
_SHARES = (0.68, 0.14, 0.18)
_OF_HIDDEN = np.array([0.35, 1.0, 0.3])
_OF_EASY = np.array([1.0, 1.0, 1.35])
_ON_THE_SPOT = np.array([0.04, 0.04, 0.7])


@dataclass(frozen=True)
class Habits:
    """`hidden`: classes left unreported; `manner`: per grid one of `MANNERS`."""

    hidden: Texts
    manner: Ints

    def attention(self, category: Texts, grid: Ints) -> Floats:
        """How many of the incidents that grid staff come upon they report, as a factor per incident."""
        manner = self.manner[grid]
        hidden, easy = np.isin(category, self.hidden), np.isin(category, EASY)
        factor: Floats = np.where(hidden, _OF_HIDDEN[manner], np.where(easy, _OF_EASY[manner], 1.0))
        return factor

    def on_the_spot(self, category: Texts, grid: Ints, draws: Draws) -> Bools:
        """Which tickets are entered as dealt with at once by who found them."""
        quick = np.where(np.isin(category, EASY), _ON_THE_SPOT[self.manner[grid]], _ON_THE_SPOT[USUAL])
        return draws.chance("dealt with on the spot", quick)


def take_up(grids: int, seed: int) -> Habits:
    """The habits of a city of that many grids."""
    trouble = [name for name in CATEGORIES if name not in EASY]
    order = Draws(seed, "hidden classes", len(trouble)).order("class")
    return Habits(
        hidden=texts([trouble[i] for i in sorted(order[:HIDDEN].tolist())]),
        manner=Draws(seed, "habits of grids", grids).weighted("manner", _SHARES),
    )
