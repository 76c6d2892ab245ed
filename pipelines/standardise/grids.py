"""The grid tree of a city: five levels of nodes, and grids by code or by name.

Belongs here: building the tree from its reference, and telling which grid a cell means. Does not: placing addresses.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.standardise.folding import fold, fold_text, none_longer
from pipelines.standardise.numerals import numeral
from pipelines.standardise.placeholders import said

NODE = pa.schema(
    [("grid_code", pa.string()), ("name", pa.string()), ("level", pa.string()), ("parent_code", pa.string())]
)
"""A node of the tree: code, name, level (city, street, community, grid), code of the node above (null for the city)."""

GRID_REFERENCE = ("city", "street_code", "street", "community_code", "community", "grid_code", "grid")
"""Columns of a grid reference, one row per grid."""

RECODED = ("former_code", "changed_on")
"""Further columns of a grid reference, null where the grid has not been re-coded."""

Nodes = Mapping[str, tuple[str, str, str | None]]
"""Code of a node → its name, its level, the code of the node above."""

_COMMITTEE = re.compile(r"(?:居民|村民)?委员会|居委会?|村委会?")
_SUFFIX = re.compile(r"(?:社区|村)?(?:居民委员会|村民委员会|居委会?|村委会?)|社区|村")
_NUMERAL = re.compile(r"[一二三四五六七八九十百]+")
_ORDINAL = re.compile(r"第?0*(\d+)号?(?:网格|格)?$")
_CITY_DIGITS = 6
_LONGEST = 200
"""Characters of a cell beyond which it names no grid."""


@dataclass(frozen=True)
class GridTree:
    """The tree, and its grids by what may be written for them.

    Attributes:
        nodes: schema `NODE`, every node once, ordered by code.
        former: code that a grid had and that names none now → the code of the grid it means today; a code whose grid was
            divided means several and is left out: the place must tell.
        given_up: nodes of former trees, with the names under which those grids are still written.
    """

    nodes: pa.Table
    former: Mapping[str, str] = field(default_factory=dict)
    given_up: Nodes = field(default_factory=dict)

    @classmethod
    def from_reference(cls, references: Sequence[pa.Table]) -> GridTree:
        """The tree of grid references (columns `GRID_REFERENCE`, strings); an empty tree where there are none.

        The city's code is the division code its street codes start with.
        """
        return cls(node_table(nodes_of(references)))

    @cached_property
    def places(self) -> tuple[str, ...]:
        """Names of the city and its streets, the city first, and those it had before at the end: people go on writing them.

        A name that two of its divisions or streets bear stands there twice.
        """
        upper = self.nodes.filter(pc.is_in(self.nodes["level"], value_set=pa.array(["city", "street"])))
        today = upper["name"].to_pylist()
        before = [name for _, (name, level, _) in sorted(self.given_up.items()) if level in ("city", "street")]
        return (*today, *dict.fromkeys(name for name in before if name not in today))

    @cached_property
    def _by_name(self) -> Mapping[str, str | None]:
        """What may be written for a grid → its code; None where it fits several. A name of today comes before one of old."""
        today: Nodes = {r["grid_code"]: (r["name"], r["level"], r["parent_code"]) for r in self.nodes.to_pylist()}
        names = _names(today, {code: code for code in self._codes})
        return _names({**self.given_up, **today}, self.former) | names if self.former else names

    @cached_property
    def _codes(self) -> frozenset[str]:
        grids = self.nodes.filter(pc.equal(self.nodes["level"], "grid"))
        return frozenset(grids["grid_code"].to_pylist())

    def code_of(self, text: str) -> str | None:
        """Code of the grid a folded cell means: a known code, one it had before, or a name that only one grid answers to."""
        if text in self._codes:
            return text
        if text in self.former:
            return self.former[text]
        key = strict_key(text)
        return self._by_name[key] if key in self._by_name else self._by_name.get(f"~{loose_key(text)}")

    def __call__(self, values: pa.StringArray) -> pa.Table:
        """Standardise grid cells: `grid_code` per distinct raw value, null where it means no grid or more than one."""
        texts = fold(said(none_longer(values, _LONGEST))).to_pylist()
        return pa.table({"grid_code": pa.array([self.code_of(t) if t else None for t in texts], pa.string())})


def nodes_of(references: Sequence[pa.Table]) -> Nodes:
    """The nodes that grid references name; of a code that is named twice the first."""
    found: dict[str, tuple[str, str, str | None]] = {}
    for reference in references:
        for row in reference.select(list(GRID_REFERENCE)).to_pylist():
            clean = {name: fold_text(value) if value else "" for name, value in row.items()}
            city = clean["street_code"][:_CITY_DIGITS] or clean["grid_code"][:_CITY_DIGITS]
            path = (
                ("city", city, clean["city"]),
                ("street", clean["street_code"], clean["street"]),
                ("community", clean["community_code"], clean["community"]),
                ("grid", clean["grid_code"], clean["grid"]),
            )
            parent: str | None = None
            for level, code, name in path:
                if code and name:
                    found.setdefault(code, (name, level, parent))
                    parent = code
    return found


def node_table(nodes: Nodes) -> pa.Table:
    """Nodes as a table of schema `NODE`, ordered by code."""
    rows = [{"grid_code": c, "name": n, "level": l, "parent_code": p} for c, (n, l, p) in sorted(nodes.items())]
    return pa.Table.from_pylist(rows, schema=NODE)


def _names(nodes: Nodes, meant: Mapping[str, str]) -> dict[str, str | None]:
    """What may be written for the grids of a tree → the code that is meant; None where it fits several.

    Args:
        nodes: the tree.
        meant: code of a grid → the code its names stand for.
    """
    exact: dict[str, set[str]] = {}
    loose: dict[str, set[str]] = {}
    nowhere = ("", "", None)
    for code, (name, level, parent) in nodes.items():
        if level != "grid" or code not in meant:
            continue
        community, _, above = nodes.get(parent or "", nowhere)
        street, _, above = nodes.get(above or "", nowhere)
        city, _, _ = nodes.get(above or "", nowhere)
        own = re.sub(r"^.*?(?=第?\d+)", "", strict_key(name))
        written = [start + name for start in ("", street, city + street)]
        written += [start + own for start in (community, street + community)]
        for text in written:
            exact.setdefault(strict_key(text), set()).add(meant[code])
            loose.setdefault(loose_key(text), set()).add(meant[code])
    keys = {f"~{k}": codes for k, codes in loose.items()} | exact
    return {k: next(iter(codes)) if len(codes) == 1 else None for k, codes in keys.items()}


def _number(match: re.Match[str]) -> str:
    """A numeral as digits; what is none (十五十六) stays as it is."""
    read = numeral(match.group())
    return match.group() if read is None else str(read)


def strict_key(name: str) -> str:
    """A grid name without blanks and committee words, its number in digits: 柳塘社区居委会第一网格 → 柳塘社区第1网格."""
    text = _COMMITTEE.sub("", fold_text(name).replace(" ", ""))
    return _ORDINAL.sub(lambda m: f"第{m.group(1)}网格", _NUMERAL.sub(_number, text))


def loose_key(name: str) -> str:
    """As `strict_key`, without the words community and village: 柳塘第1网格."""
    return _SUFFIX.sub("", strict_key(name))
