"""What became of the grids: from when to when a node of the tree held, and which code took the place of which.

A reference that re-codes its grids says the former code beside the new one; where it does not, a grid of the same name in a
street of the same name goes on under the new code. Departments write the old codes for a while, so a former code is answered
with the grid it means now. A grid that was divided means several: its code is answered by none of them, the place tells.

Belongs here: versions of the tree against each other. Does not: one tree (`grids`), or reading deliveries
(`connectors.versions`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce

import pyarrow as pa

from pipelines.standardise.dates import standardise_dates
from pipelines.standardise.distinct import over_distinct
from pipelines.standardise.folding import fold_text
from pipelines.standardise.grids import GridTree, Nodes, node_table, nodes_of, strict_key
from warehouse.model.grid import GRID_CHANGE, GRID_HISTORY

_BETWEEN = re.compile(r"[、,，;；/|\s]+")

Version = tuple[date | None, Sequence[pa.Table]]
"""Day from which a tree held, and the grid references that say it."""


@dataclass(frozen=True)
class GridHistory:
    """The tree of today and how it came about.

    Attributes:
        tree: the newest tree, which answers former codes and names too.
        nodes: under `GRID_HISTORY`.
        changes: under `GRID_CHANGE`.
    """

    tree: GridTree
    nodes: pa.Table
    changes: pa.Table


@dataclass(frozen=True)
class _Step:
    """One former code and what took its place (None: nothing), since when, and who says so."""

    former: str
    code: str | None
    level: str
    day: date | None
    basis: str


def grid_history(versions: Sequence[Version]) -> GridHistory:
    """The history of a tree.

    Args:
        versions: the oldest first; none where the city has no grid reference.
    """
    trees = [(day, nodes_of(references)) for day, references in versions]
    lines = _Lines()
    steps: dict[tuple[str, str | None], _Step] = {}
    before: Nodes = {}
    known = {code for _, nodes in trees for code in nodes}
    for (day, nodes), (_, references) in zip(trees, versions, strict=True):
        declared = _declared(references, day, known)
        found = [*declared.values(), *_undeclared(before, nodes, declared, day)]
        found += _above(before, nodes, found, day)
        new = [step for step in found if (step.former, step.code) not in steps]
        lines.advance(nodes, new, day)
        steps |= {(step.former, step.code): step for step in new}
        before = nodes
    given_up = {code: node for _, nodes in reversed(trees) for code, node in nodes.items() if code not in before}
    tree = GridTree(node_table(before), _meant(steps.values(), before), given_up)
    return GridHistory(tree, lines.table(), _changes(steps.values(), trees, before))


def side_by_side(told: Sequence[Sequence[tuple[date | None, pa.Table]]]) -> list[Version]:
    """The versions of several references as versions of one tree: on each day what each of them said last."""
    days = sorted({day for versions in told for day, _ in versions}, key=lambda day: (day is not None, day or date.min))
    found: list[Version] = []
    for day in days:
        until = [[rows for d, rows in versions if d is None or (day and d <= day)] for versions in told]
        found.append((day, [rows[-1] for rows in until if rows]))
    return found


def _declared(references: Sequence[pa.Table], day: date | None, known: Container[str]) -> dict[tuple[str, str], _Step]:
    """What the reference says itself: the former codes beside those of today.

    A former code is one that some tree held, or as long as the new one: what else people type into the cell is none.
    """
    found = {}
    for reference in references:
        days = over_distinct(reference["changed_on"], standardise_dates).column(0).to_pylist()
        for row, said in zip(reference.select(["grid_code", "former_code"]).to_pylist(), days, strict=True):
            code = fold_text(row["grid_code"] or "")
            for former in _BETWEEN.split(fold_text(row["former_code"] or "")):
                if former and code and former != code and (former in known or len(former) == len(code)):
                    since = said if said and (day is None or said <= day) else day
                    found[former, code] = _Step(former, code, "grid", since, "declared")
    return found


def _undeclared(
    before: Nodes, nodes: Nodes, declared: Mapping[tuple[str, str], _Step], day: date | None
) -> Iterator[_Step]:
    """Grids that are gone though nobody says where to: one of the same name and street goes on, else it has ended."""
    named = {former for former, _ in declared}
    fresh: dict[str, list[str]] = {}
    for code, (_, level, _) in nodes.items():
        if level == "grid" and code not in before:
            fresh.setdefault(_full_name(nodes, code), []).append(code)
    for code, (_, level, _) in before.items():
        if level == "grid" and code not in nodes and code not in named:
            alike = fresh.get(_full_name(before, code), [])
            yield (
                _Step(code, alike[0], level, day, "same_name")
                if len(alike) == 1
                else _Step(code, None, level, day, "gone")
            )


def _full_name(nodes: Nodes, code: str) -> str:
    """A grid by the names of its street and its own: 柳塘镇东栅社区第1网格."""
    path = list(_path(nodes, code))
    return nodes[path[2]][0] + strict_key(nodes[code][0]) if len(path) > 2 else strict_key(nodes[code][0])


def _path(nodes: Nodes, code: str | None) -> Iterator[str]:
    """A node and those above it."""
    while code and code in nodes:
        yield code
        code = nodes[code][2]


def _above(before: Nodes, nodes: Nodes, steps: Sequence[_Step], day: date | None) -> Iterator[_Step]:
    """What became of communities and streets that are gone: what the grids in them became part of."""
    led: dict[str, dict[str, _Step]] = {}
    for step in steps:
        old, new = list(_path(before, step.former))[1:], list(_path(nodes, step.code))[1:]
        for above, instead in zip(old, new, strict=False):
            if above not in nodes:
                led.setdefault(above, {}).setdefault(instead, step)
    for code, (_, level, _) in before.items():
        if code in nodes or level not in ("community", "street"):
            continue
        if code not in led:
            yield _Step(code, None, level, day, "gone")
        for instead, step in led.get(code, {}).items():
            yield _Step(code, instead, level, step.day, step.basis)


def _meant(steps: Iterable[_Step], nodes: Nodes) -> dict[str, str]:
    """Former code of a grid → the one grid of today it leads to, over any number of changes."""
    next_: dict[str, set[str | None]] = {}
    for step in steps:
        if step.level == "grid":
            next_.setdefault(step.former, set()).add(step.code)

    def leads(code: str | None, seen: frozenset[str]) -> set[str]:
        if code is None or code in seen:
            return set()
        if code in nodes:
            return {code}
        return reduce(set.union, (leads(n, seen | {code}) for n in next_.get(code, ())), set[str]())

    ends = {code: leads(code, frozenset()) for code in next_ if code not in nodes}
    return {code: next(iter(end)) for code, end in ends.items() if len(end) == 1}


class _Lines:
    """Lines of the history of nodes, opened and closed tree by tree."""

    def __init__(self) -> None:
        self.open: dict[str, tuple[str, str, str | None, date | None]] = {}
        self.closed: list[dict[str, object]] = []

    def advance(self, nodes: Nodes, steps: Sequence[_Step], day: date | None) -> None:
        """Close what the new tree holds no more, or otherwise; open what is new in it."""
        ended, begun = _days(steps, lambda s: s.former), _days(steps, lambda s: s.code)
        for code, (name, level, parent, since) in list(self.open.items()):
            if nodes.get(code) != (name, level, parent):
                self.closed.append(_line(code, (name, level, parent), since, ended.get(code, day)))
                del self.open[code]
        for code, (name, level, parent) in nodes.items():
            if code not in self.open:
                self.open[code] = (name, level, parent, begun.get(code, day))

    def table(self) -> pa.Table:
        held = [_line(code, node[:3], node[3], None) for code, node in self.open.items()]
        rows = sorted(self.closed + held, key=lambda r: (r["grid_code"], r["valid_to"] is None, str(r["valid_to"])))
        numbers: dict[object, int] = {}
        for row in rows:
            row["nth"] = numbers[row["grid_code"]] = numbers.get(row["grid_code"], 0) + 1
        return GRID_HISTORY.conform(pa.Table.from_pylist(rows, schema=GRID_HISTORY.arrow))


def _days(steps: Sequence[_Step], of: Callable[[_Step], str | None]) -> dict[str, date | None]:
    """The first day on which something became of each code."""
    found: dict[str, date | None] = {}
    for step in steps:
        code = of(step)
        if code and (code not in found or (step.day and (found[code] or date.max) > step.day)):
            found[code] = step.day
    return found


def _line(code: str, node: tuple[str, str, str | None], since: date | None, until: date | None) -> dict[str, object]:
    name, level, parent = node
    return {
        "grid_code": code,
        "name": name,
        "level": level,
        "parent_code": parent,
        "valid_from": since,
        "valid_to": until,
    }


def _changes(steps: Iterable[_Step], trees: Sequence[tuple[date | None, Nodes]], nodes: Nodes) -> pa.Table:
    """The steps under `GRID_CHANGE`: what kind of change each is, and which change above brought it about."""
    listed = list(steps)
    known: dict[str, tuple[str, str, str | None]] = {}
    for _, tree in trees:
        known |= tree
    kinds = {(s.former, s.code): _kind(s, listed, trees) for s in listed}
    rows = []
    for step in sorted(listed, key=lambda s: (s.former, s.code or "")):
        rows.append(
            {
                "former_code": step.former,
                "grid_code": step.code or "",
                "level": step.level,
                "former_name": known.get(step.former, (None,))[0],
                "name": known[step.code][0] if step.code in known else None,
                "change": kinds[step.former, step.code],
                "brought_about_by": _cause(step, kinds, known),
                "changed_on": step.day,
                "basis": step.basis,
                "is_reused": step.former in nodes,
            }
        )
    return GRID_CHANGE.conform(pa.Table.from_pylist(rows, schema=GRID_CHANGE.arrow))


def _kind(step: _Step, steps: Sequence[_Step], trees: Sequence[tuple[date | None, Nodes]]) -> str:
    """merged: several became one, or one joined what was there before; split: one became several; ended; else recoded."""
    if step.code is None:
        return "ended"
    if len({s.code for s in steps if s.former == step.former}) > 1:
        return "split"
    if len({s.former for s in steps if s.code == step.code}) > 1:
        return "merged"
    side_by_side = any(step.former in tree and step.code in tree for _, tree in trees)
    return "merged" if side_by_side and step.level != "grid" else "recoded"


def _cause(step: _Step, kinds: Mapping[tuple[str, str | None], str], known: Nodes) -> str:
    """The change above that explains one below: a street that has another code, a community that joined another."""
    old, new = list(_path(known, step.former))[1:], list(_path(known, step.code))[1:]
    above = {known[a][1]: kinds.get((a, b)) for a, b in zip(old, new, strict=False)}
    if above.get("street") == "recoded":
        return "street_recoded"
    return f"community_{above['community']}" if above.get("community") else "none"
