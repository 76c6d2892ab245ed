"""The stages a ticket goes through after it is reported, and when: 立案 派遣 处置 核查 结案.

Belongs here: the moments, in order but for a few that are not. Does not: a platform's columns for them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from connectors.sample.draws import Bools, Texts, texts
from connectors.sample.reports.hearing import Hearing

NAMES = ("立案", "派遣", "处置", "核查", "结案")
SENT_BACK, OUT_OF_ORDER = 0.05, 0.008
"""Shares of tickets dealt with anew after the check, and of those whose check is entered before the work."""
SENT_WRONG, EXTENDED = 0.08, 0.03
"""Shares of tickets that go to the wrong department first and come back, and of those that get more time."""
_FROM = (0.004, 0.04, 0.55, 0.86, 1.0)
_TO = (0.02, 0.15, 0.80, 0.97, 1.0)


@dataclass(frozen=True)
class Stages:
    """Per stage of `NAMES` when each ticket comes to it and whether it has by now; which are dealt with twice."""

    heard: Hearing
    moments: dict[str, npt.NDArray[np.datetime64]]
    there: dict[str, Bools]
    rework: Bools

    def column(self, stage: str) -> Texts:
        """The moments of a stage as text, None where a ticket has not come to it."""
        return self.heard.times(self.moments[stage], self.there[stage])

    def returns(self) -> npt.NDArray[np.int64]:
        """How often each was sent back by now."""
        return (self.rework & self.there["结案"]).astype(np.int64)

    def staff(self, pattern: str, many: int, stage: str) -> Texts:
        """Staff numbers of who dealt with a stage, None where it has not come."""
        number = self.heard.draws.between(f"staff {stage}", 1, many)
        there = self.there[stage]
        return texts([pattern.format(n) if t else None for n, t in zip(number.tolist(), there, strict=True)])

    def flow(self, users: dict[str, Texts], self_handled: Bools) -> list[list[dict[str, str]]]:
        """The way of each ticket as a list of node, time and user; those dealt with on the spot skip 派遣 and 核查."""
        cells = {name: self.heard.times(self.moments[name]) for name in NAMES}
        anew = [self.heard.times(self._between("核查", "结案", share)) for share in (0.3, 0.7)]
        wrong, longer = (self.heard.draws.chance(n, s) for n, s in (("sent wrong", SENT_WRONG), ("extended", EXTENDED)))
        aside = [
            (node, self.heard.times(self._between("派遣", "处置", share)), does)
            for node, share, does in (("退回", 0.1, wrong), ("派遣", 0.15, wrong), ("延期", 0.5, longer))
        ]
        reported = self.heard.times(self.heard.tickets.time)
        flows: list[list[dict[str, str]]] = []
        for row in range(len(reported)):
            flow = [{"node": "发现", "time": reported[row], "user": users["发现"][row]}]
            for name in NAMES:
                if self.there[name][row] and not (self_handled[row] and name in ("派遣", "核查")):
                    if name == "处置" and not self_handled[row]:
                        flow += [
                            {"node": node, "time": moments[row], "user": users.get(node, users["派遣"])[row]}
                            for node, moments, does in aside
                            if does[row]
                        ]
                    if name == "结案" and self.rework[row] and not self_handled[row]:
                        for node, moment in zip(("处置", "核查"), anew, strict=True):
                            flow.append({"node": node, "time": moment[row], "user": users[node][row]})
                    user = users["发现" if self_handled[row] else name][row]
                    flow.append({"node": name, "time": cells[name][row], "user": user})
            flows.append(flow)
        return flows

    def _between(self, one: str, other: str, share: float) -> npt.NDArray[np.datetime64]:
        """Moments between two stages."""
        span = (self.moments[other] - self.moments[one]).astype("timedelta64[m]").astype(np.int64)
        return self.moments[one] + (span * share).astype("timedelta64[m]")


def stages(heard: Hearing) -> Stages:
    """The stages of all tickets; one that is never settled gets no further than 派遣."""
    draws, time = heard.draws, heard.tickets.time
    minutes = (heard.done - time).astype("timedelta64[m]").astype(np.int64)
    moments: dict[str, npt.NDArray[np.datetime64]] = {}
    for name, low, high in zip(NAMES, _FROM, _TO, strict=True):
        share = low + (high - low) * draws.uniform(f"moment {name}")
        moments[name] = time + np.maximum(1, minutes * share).astype("timedelta64[m]")
    wrong = draws.befalls("out of order", OUT_OF_ORDER * heard.desk.level)
    moments["核查"] = np.where(wrong, moments["立案"], moments["核查"])
    there = {
        name: (moments[name] <= heard.now) & (heard.ends if name in NAMES[2:] else True) & (heard.settled | ~wrong)
        for name in NAMES
    }
    return Stages(heard, moments, there, draws.chance("sent back", SENT_BACK))
