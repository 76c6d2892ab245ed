"""What grid staff leave unreported: classes they hear less than other channels do, and grids that fill quotas or are honest.

An event that another channel reports is a test: did the grid staff report it too? The share of such events that they did is
compared between classes and between grids, each with what the other explains. Belongs here: which shares are compared with which.
Does not: the statistics (`quality.shrinkage`), or counting events (`sql/reporting_event.sql`).

Two kinds of grids would blur the comparison of classes. One that deals with easy cases at once by the dozen (`spot_share`) reports
easy classes more than others do, and is left out. One that reports what the others hide says nothing of who hides it: every grid
counts by how likely it hides, as the *other* classes under suspicion tell, so that no class chooses its own witnesses.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from scipy import special, stats

from quality.shrinkage import SIGNIFICANT, Estimates, Floats, q_values, rates, shares
from warehouse.model.quality import REPORTING_BY_CATEGORY, REPORTING_BY_GRID

CLEARLY_LESS = 0.75
"""A class is hidden where it is reported less than so much of what is expected. Reports of one event that were not linked lower the
share of a class by up to a fifth, and how many are missed differs between classes; less than that is no finding."""
HALF = 0.5
"""A grid that hides reports about so much of what it reports of the rest."""
ROUNDS = 3
"""Which classes are suspected tells which grids are honest, and that again which classes are suspected."""
LIGHT = 20.0
"""Cases that the common share is worth when a grid's own share is estimated."""

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Cells:
    """Events by class (rows) and grid (columns): whole numbers, but for `days`.

    `heard`: reported by other channels; `too`: of these also by grid staff; `alone`: by grid staff alone; `reports`: reports of
    grid staff; `easy`: of these of easy classes; `spot`: of these dealt with at once; `further` and `days`: further reports of
    citizens while an event stood open, and for how long it did.
    """

    classes: tuple[str, ...]
    grids: tuple[str, ...]
    heard: Floats
    too: Floats
    alone: Floats
    reports: Floats
    easy: Floats
    spot: Floats
    further: Floats
    days: Floats

    @classmethod
    def of(cls, counts: pa.Table) -> Cells:
        """From a table with a row per class and grid ('' where an event lies in none)."""
        rows = counts.to_pylist()
        classes, grids = (tuple(sorted({r[c] for r in rows})) for c in ("event_class", "grid_code"))
        place = {name: n for n, name in enumerate(classes)}, {name: n for n, name in enumerate(grids)}
        cells = {name: np.zeros((len(classes), len(grids))) for name in MEASURED}
        for row in rows:
            at = place[0][row["event_class"]], place[1][row["grid_code"]]
            for name, values in cells.items():
                values[at] = row[name]
        return cls(classes, grids, **cells)


MEASURED = ("heard", "too", "alone", "reports", "easy", "spot", "further", "days")


def selective_reporting(counts: pa.Table) -> tuple[pa.Table, pa.Table]:
    """Find hidden classes, and grids that go their own way.

    Args:
        counts: per class and grid the columns `MEASURED`.

    Returns:
        `quality.reporting_by_category` and `quality.reporting_by_grid`.
    """
    cells = Cells.of(counts)
    if not cells.heard.sum():
        return REPORTING_BY_CATEGORY.empty(), REPORTING_BY_GRID.empty()
    spot = _spot(cells)
    quiet = ~_high(spot)
    quiet = quiet if cells.heard[:, quiet].sum() else np.ones(len(cells.grids), dtype=bool)
    suspects = np.zeros(len(cells.classes), dtype=bool)
    for _ in range(ROUNDS):
        made = [_compared(cells, n, quiet, np.delete(suspects, n)) for n in range(len(suspects))]
        suspects = np.array([compared.p_low for compared in made]) < SIGNIFICANT
    by_class, hidden = _by_class(cells, made)
    return by_class, _by_grid(cells, spot, hidden)


def _share(hits: Floats, cases: Floats) -> Floats:
    """Hits by cases, drawn to the common share by a light hand."""
    common = hits.sum() / max(cases.sum(), 1)
    drawn: Floats = (hits + LIGHT * common) / (cases + LIGHT)
    return drawn


@dataclass(frozen=True)
class Compared:
    """A class among the others: `too` and `heard` as grids count, `expected`, and the chance of a share so low."""

    too: float
    heard: float
    expected: float
    estimate: float
    low: float
    high: float
    p_low: float


def _compared(cells: Cells, n: int, quiet: Bools, suspects: Bools) -> Compared:
    """Class `n` against the others, in grids that are not known to be honest; `suspects` are those among the others.

    Every grid counts by how likely it hides, as the suspected classes tell: one that reports them like all others says nothing of
    who hides class `n`.
    """
    too, heard = cells.too[:, quiet], cells.heard[:, quiet]
    others, also = np.delete(heard, n, axis=0), np.delete(too, n, axis=0)
    of_grid = _share(also[~suspects].sum(axis=0), others[~suspects].sum(axis=0))
    hides = _hides(also[suspects].sum(axis=0), others[suspects].sum(axis=0), of_grid)
    hits, cases, even = too @ hides, heard @ hides, heard @ (hides * of_grid)
    middle = float(np.median(((hits + 0.5) / (even + 0.5))[np.insert(~suspects, n, True)]))
    share = np.clip(of_grid * middle, 1e-6, 1 - 1e-6)
    spread = np.sqrt((hides**2 * heard[n] * share * (1 - share)).sum() * (1 + np.pi / 2 / len(hits)))
    deviation = hits[n] - (hides * heard[n] * share).sum()
    p_low = float(stats.norm.cdf(deviation / spread)) if spread else 1.0
    expected = even / np.maximum(cases, 1e-9)
    made = shares(
        np.rint(hits), np.maximum(np.rint(cases), np.rint(hits)), np.where(expected > 0, expected, share.mean())
    )
    own = {name: float(getattr(made, name)[n]) for name in ("estimate", "low", "high")}
    return Compared(
        float(hits[n]),
        float(cases[n]),
        float(expected[n] * middle) if cases[n] else float(share.mean()),
        **own,
        p_low=p_low,
    )


def _hides(hits: Floats, cases: Floats, of_grid: Floats) -> Floats:
    """Per grid how likely it is that it reports the suspected classes less than all others, 0–1; half of one where nobody knows."""
    if not cases.sum():
        return np.ones(len(of_grid))
    honest = np.clip(of_grid, 1e-6, 1 - 1e-6)
    hiding = honest * HALF
    gain = hits * np.log(honest / hiding) + (cases - hits) * np.log((1 - honest) / (1 - hiding))
    weights: Floats = special.expit(-gain)
    return weights


def _by_class(cells: Cells, made: list[Compared]) -> tuple[pa.Table, Bools]:
    own = {name: np.array([getattr(m, name) for m in made]) for name in Compared.__dataclass_fields__}
    tested = own["heard"] > 0
    q = np.ones(len(tested))
    q[tested] = q_values(own["p_low"][tested])
    hidden = (q < SIGNIFICANT) & (own["estimate"] < CLEARLY_LESS * own["expected"])
    heard, too, alone = (values.sum(axis=1) for values in (cells.heard, cells.too, cells.alone))
    columns = {
        "event_class": list(cells.classes),
        "heard_by_others": heard.astype(int),
        "also_by_grid": too.astype(int),
        "by_grid_alone": alone.astype(int),
        "events_estimated": _chapman(heard, too + alone, too),
        "compared_heard": own["heard"],
        "compared_also": own["too"],
        **{name: own[name] for name in ("expected", "estimate", "low", "high")},
        "p_value": own["p_low"],
        "q_value": q,
        "under_reported": hidden,
    }
    return REPORTING_BY_CATEGORY.conform(pa.table(columns)), hidden


def _chapman(heard: Floats, by_grid: Floats, both: Floats) -> Floats:
    """Events there were, those nobody reported included, from two counts and what they share (Chapman 1951)."""
    return (heard + 1) * (by_grid + 1) / (both + 1) - 1


def _spot(cells: Cells) -> Estimates:
    easy, spot = cells.easy.sum(axis=0), cells.spot.sum(axis=0)
    return shares(spot, easy, np.full(len(easy), spot.sum() / max(easy.sum(), 1)))


def _high(made: Estimates) -> Bools:
    high: Bools = q_values(made.p_high) < SIGNIFICANT
    return high


def _by_grid(cells: Cells, spot: Estimates, hidden: Bools) -> pa.Table:
    """A line per grid and measure it has cases for."""

    def total(values: Floats, rows: Bools | slice = slice(None)) -> Floats:
        summed: Floats = values[rows].sum(axis=0)
        return summed

    def expected(hits: Floats, cases: Floats) -> Floats:
        """What the classes of a grid's cases explain, as a share of its cases."""
        of_class = _share(hits.sum(axis=1), cases.sum(axis=1))
        explained: Floats = (of_class @ cases) / np.maximum(cases.sum(axis=0), 1e-9)
        return explained

    def per_day() -> Floats:
        of_class = cells.further.sum(axis=1) / np.maximum(cells.days.sum(axis=1), 1e-9)
        explained: Floats = of_class @ cells.days
        return explained

    heard, too = cells.heard, cells.too
    reports, easy = total(cells.reports), total(cells.easy)
    days, further = total(cells.days), total(cells.further)
    lines = [
        ("heard_share", total(too), total(heard), shares(total(too), total(heard), expected(too, heard))),
        ("easy_share", easy, reports, shares(easy, reports, np.full(len(easy), easy.sum() / max(reports.sum(), 1)))),
        ("spot_share", total(cells.spot), easy, spot),
        ("resident_rate", further, days, rates(further, days, per_day())),
    ]
    if hidden.any():
        hits, cases = total(too, hidden), total(heard, hidden)
        made = shares(hits, cases, expected(too[hidden], heard[hidden]))
        lines.insert(1, ("hidden_share", hits, cases, made))
    unseen = _chapman(total(heard), total(too) + total(cells.alone), total(too))
    return REPORTING_BY_GRID.conform(
        pa.concat_tables(_lines(cells, *line, unseen if line[0] == "heard_share" else None) for line in lines)
    )


def _lines(cells: Cells, measure: str, hits: Floats, cases: Floats, made: Estimates, events: Floats | None) -> pa.Table:
    there = np.array([bool(name) for name in cells.grids]) & (cases > 0)
    p = np.minimum(1.0, 2 * np.minimum(made.p_low, made.p_high))[there]
    q = q_values(p)
    side = np.where(made.p_high[there] < made.p_low[there], "high", "low")
    columns = {
        "grid_code": pa.array(np.array(cells.grids, dtype=object)[there], pa.string()),
        "measure": pa.repeat(pa.scalar(measure), len(q)),
        "numerator": hits[there].astype(int),
        "denominator": cases[there],
        "value": hits[there] / cases[there],
        **{name: getattr(made, name)[there] for name in ("expected", "estimate", "low", "high")},
        "p_value": p,
        "q_value": q,
        "finding": pa.array(side.astype(object), pa.string(), mask=q >= SIGNIFICANT),
        "events_estimated": pa.nulls(len(q), pa.float64()) if events is None else events[there],
    }
    return pa.table(columns)
