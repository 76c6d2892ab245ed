"""What the tickets of an event platform say: the class, the place and the words, more or less as it was.

Belongs here: what all six platforms have in common. Does not: their columns (`citizens`, `officers`), the stages (`stages`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from connectors.sample import noise
from connectors.sample.addresses import chinese_number
from connectors.sample.components import METRE
from connectors.sample.draws import Bools, Draws, Floats, Ints, Texts, chosen, texts
from connectors.sample.event_words import CATEGORIES, JOINTS, NO_INCIDENT, OPENINGS, TAILS, Category
from connectors.sample.people import surname_of
from connectors.sample.reports.spots import spots
from connectors.sample.reports.tickets import Tickets, complains, tickets_of
from connectors.sample.sheets import Desk

BESIDE, TWO, VAGUE = 0.04, 0.04, 0.06
"""Shares of tickets filed under a neighbouring class, with two grievances, with the district alone in the cell for the place."""


DETAILS = 3
"""Details a category has."""
TOLD, TOLD_MORE, CONSPICUOUS = 0.75, 0.3, 0.7
"""Shares of witnesses who give a detail, of these who give a second one, and whose first one is what is conspicuous."""


@dataclass(frozen=True)
class Hearing:
    """The tickets of one platform and what each says; `filed` is the category it is filed under, None where it tells of none."""

    desk: Desk
    platform: str
    tickets: Tickets
    draws: Draws
    filed: Texts
    place: Texts
    wording: Texts
    done: npt.NDArray[np.datetime64]

    @property
    def now(self) -> np.datetime64:
        """The last minute before the delivery."""
        return self.desk.today + np.timedelta64(24 * 60 - 1, "m")

    @property
    def shown(self) -> Bools:
        """Which tickets are in by now."""
        return self.tickets.time <= self.now

    @property
    def ends(self) -> Bools:
        """Which are ever settled; a few are forgotten."""
        return self.draws.chance("settled", 0.94)

    @property
    def settled(self) -> Bools:
        """Which are settled by now."""
        return (self.done <= self.now) & self.ends

    @property
    def grid(self) -> Ints:
        """The grid each happened in."""
        return self.desk.city.houses.grid[self.tickets.house]

    @property
    def kinds(self) -> list[Category | None]:
        """The category each is filed under."""
        return [CATEGORIES.get(name) for name in self.filed]

    def none(self, part: int) -> Texts:
        """Class (part 0) or code (1) that the platform files a ticket of no incident under."""
        classes = NO_INCIDENT.get(self.platform, (("", None, ("",)),))
        return texts([classes[i][part] for i in self.draws.below("no incident", len(classes)).tolist()])

    def numbers(self, pattern: str) -> Texts:
        """Running numbers in the order they were taken down."""
        return texts([pattern.format(n) for n in range(len(self.tickets))])

    def times(self, moments: npt.NDArray[np.datetime64], there: Bools | None = None) -> Texts:
        """Moments as local text, None where they are not there."""
        cells = texts([m.replace("T", " ") for m in np.datetime_as_string(moments.astype("datetime64[s]")).tolist()])
        return cells if there is None else chosen(there, cells)

    def around(self, metres: float) -> tuple[Floats, Floats]:
        """Longitude and latitude (WGS-84) as a device that exact would give them."""
        events, estates, event = self.desk.city.events, self.desk.city.estates, self.tickets.event
        estate = self.desk.city.houses.estate[self.tickets.house]
        lon = np.where(event >= 0, events.lon[event], estates.lon[estate])
        lat = np.where(event >= 0, events.lat[event], estates.lat[estate])
        step = metres * METRE
        return lon + step * self.draws.normal("device lon"), lat + step * self.draws.normal("device lat")


def _phrase(kind: Category, phrase: int) -> str:
    """A sentence of a category."""
    return kind.phrases[phrase % len(kind.phrases)]


def _detail(kind: Category, which: int, figure: int, days: int, *, worded: bool) -> str:
    """A detail with its number, which is the incident's own; days are counted up to the day of the report."""
    detail = kind.details[which % DETAILS]
    number = figure * (which % DETAILS + 2) % (11 if "点" in detail else 29) + 1
    number += days if "{}天" in detail else 0
    return detail.format(chinese_number(number) if worded else number)


def _grievances(desk: Desk, tickets: Tickets, draws: Draws) -> Texts:
    """What is said to be wrong. An incident has something conspicuous that most witnesses tell, and some tell of more."""
    events, row = desk.city.events, np.maximum(tickets.event, 0)
    figure, first = events.figure[tickets.event], events.figure[tickets.event] % DETAILS
    began = np.where(tickets.event >= 0, events.time[row], tickets.time)
    days = (tickets.time.astype("datetime64[D]") - began.astype("datetime64[D]")).astype(np.int64)
    other = first + 1 + draws.below("detail", DETAILS - 1)
    which = np.where(draws.chance("conspicuous", CONSPICUOUS), first, other)
    count = draws.chance("says detail", TOLD) * (1 + draws.chance("says more", TOLD_MORE).astype(np.int64))
    numbers = [
        c.tolist() for c in (figure, days, which, count, draws.below("phrase", 15), draws.below("second phrase", 15))
    ]
    flags = [draws.chance("in words", 0.2), draws.befalls("two", TWO * desk.level)]
    cells: list[str] = []
    for name, n, late, w, told, p, s, worded, two in zip(tickets.category, *numbers, *flags, strict=True):
        if name is None:
            cells.append("")
            continue
        kind = CATEGORIES[name]
        said = [_phrase(kind, p), *(_detail(kind, w + k, n, late, worded=worded) for k in range(told))]
        said += [f"还有{_phrase(CATEGORIES[kind.near], s)}"] if two else []
        cells.append("，".join(said))
    return texts(cells)


def _sentences(desk: Desk, platform: str, tickets: Tickets, draws: Draws, place: Texts) -> Texts:
    """Whole sentences: an opening, the place, what is wrong, a tail; a snapshot is short and names the place last."""
    wrong = _grievances(desk, tickets, draws)
    names = desk.city.persons.name[tickets.reporter]
    callers = texts([f"{surname_of(name)}某" for name in names])
    opening = texts([o.format(c) for o, c in zip(draws.pick("opening", OPENINGS[platform]), callers, strict=True)])
    if platform == "chengshi_zhuomuniao":
        return np.where(draws.chance("place last", 0.6), wrong + " " + place, opening + place + wrong)
    joint, tail = draws.pick("joint", JOINTS), draws.pick("tail", TAILS)
    if platform in ("zonghe_zhifa", "gongan_xunfang"):
        return opening + place + "，" + wrong
    return np.where(draws.chance("here", 0.2), opening + "这里" + wrong + tail, opening + place + joint + wrong + tail)


def _idle_sentences(platform: str, draws: Draws) -> Texts:
    """What tickets of no incident say."""
    classes = NO_INCIDENT.get(platform, (("", None, ("",)),))
    which, sentence = draws.below("no incident", len(classes)), draws.uniform("sentence")
    return texts(
        [classes[k][2][int(u * len(classes[k][2]))] for k, u in zip(which.tolist(), sentence.tolist(), strict=True)]
    )


def hear(desk: Desk, platform: str, share: float, more: float, delay: float, missing: float) -> Hearing:
    """All tickets of a platform and what they say.

    Args:
        desk: where the report is written.
        platform: its name.
        share: of the incidents that it hears of.
        more: further tickets an incident, on average.
        delay: hours until it hears, on average.
        missing: share of places left out.
    """
    tickets = tickets_of(desk, platform, share, more, delay)
    draws, level = desk.draws(platform, len(tickets)), desk.level
    place, district = spots(desk, tickets.house, tickets.extent, np.maximum(tickets.event, 0), draws)
    wording = np.where(
        complains(tickets), _sentences(desk, platform, tickets, draws, place), _idle_sentences(platform, draws)
    )
    cell = chosen(draws.befalls("vague", VAGUE * level), district, place)
    for label, rate, mishap in (
        ("full width", 0.012, noise.full_width),
        ("slip", 0.02, noise.slip_or_gap),
        ("cut", 0.01, noise.cut_short),
    ):
        cell = noise.spoil(cell, draws, label, rate * level, mishap)
    beside = draws.befalls("filed beside", BESIDE * level)
    hours = np.where(tickets.event >= 0, desk.city.events.hours[tickets.event], 1.0)
    open_for = np.maximum(0.75, hours + draws.normal("slack") * np.where(tickets.event >= 0, 8, 0.1))
    return Hearing(
        desk=desk,
        platform=platform,
        tickets=tickets,
        draws=draws,
        filed=texts([CATEGORIES[c].near if c and b else c for c, b in zip(tickets.category, beside, strict=True)]),
        place=noise.blank(cell, draws, "place missing", missing * level),
        wording=noise.spoil(wording, draws, "wording slip", 0.03 * level, noise.slip_or_gap),
        done=tickets.time + (open_for * 60).astype("timedelta64[m]"),
    )
