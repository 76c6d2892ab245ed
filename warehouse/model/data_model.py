"""What follows from the declarations of kinds: contracts of mentions, golden records and relations, order, masks, titles.

Belongs here: everything about kinds that stages, checks and the release share. Does not: the declarations (`kinds/*.yaml`),
their language (`kind`), or the tables of the release (`release`).
"""

from __future__ import annotations

import graphlib
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import pyarrow as pa

from warehouse.model.attribute_type import RAW, STORAGE, AttributeType, Mask
from warehouse.model.base import PLACE, SIZE, grid_table
from warehouse.model.kind import Attribute, Kind, Tie
from warehouse.model.kind_files import DataModelError, load_kinds, load_types
from warehouse.model.mention import MENTION_HEAD
from warehouse.model.misfits import misfits, unknown_names
from warehouse.model.table import Column, Table

MASKED: frozenset[Mask] = frozenset(["id", "phone", "full"])
"""Masks that come with a keyed token: the plain release holds no such value itself."""


@dataclass(frozen=True)
class RelationTable:
    """One table of relations: entities of `left` tied to entities of `right`."""

    left: str
    right: str
    tie: Tie
    table: Table


@dataclass(frozen=True, eq=False)
class DataModel:
    """The kinds of one city and what follows from them.

    Attributes:
        declared: every kind as its file declares it, by name.
        types: every type by name.
        folder: the folder of the city, whose `kinds` and `checks` are part of it; None where it has none.
    """

    declared: Mapping[str, Kind]
    types: Mapping[str, AttributeType]
    folder: Path | None = None

    @classmethod
    def load(cls, folder: Path | None = None) -> DataModel:
        """The shipped kinds and those of a city.

        Raises:
            DataModelError: a declaration is wrong, or two do not fit each other.
        """
        model = cls(load_kinds(folder / KINDS if folder else None), load_types(), folder)
        if problems := list(misfits(model)) or list(unknown_names(model)):
            raise DataModelError(problems)
        return model

    @cached_property
    def kinds(self) -> Mapping[str, Kind]:
        """Every kind by name, with the ties that other kinds declare for it; kinds that point to others come first."""
        return {name: self._tied(self.declared[name]) for name in reversed(self.order)}

    @cached_property
    def order(self) -> tuple[str, ...]:
        """Kinds in the order of mentions and matching: a kind comes after those its mentions point to."""
        before = {name: set(self._tied(kind).ties) for name, kind in self.declared.items()}
        return _sorted(before)

    @cached_property
    def golden_order(self) -> tuple[str, ...]:
        """Kinds in the order of golden records: a kind comes after those its golden records refer to."""
        return _sorted({name: set(self.golden_reads(name)) for name in self.declared})

    def golden_reads(self, kind: str) -> tuple[str, ...]:
        """Kinds whose golden records those of a kind refer to, or are placed by."""
        declared = self.declared[kind]
        refers = {b.refers for a in declared.attributes.values() for b in a.beside.values() if b.refers}
        home = {HOME} if declared.placed_by or any(a.type == "address" for a in declared.attributes.values()) else set()
        return tuple(sorted((refers | home) - {kind}))

    def _tied(self, kind: Kind) -> Kind:
        further = {n: k.tied_by[kind.kind] for n, k in sorted(self.declared.items()) if kind.kind in k.tied_by}
        return kind.model_copy(update={"ties": {**kind.ties, **further}}) if further else kind

    def type_of(self, kind: str, attribute: str) -> AttributeType:
        """The type of an attribute, or of the one it is claimed from."""
        return self.types[self._typed(kind, attribute).type or ""]

    def _typed(self, kind: str, attribute: str) -> Attribute:
        declared = self.declared[kind].attributes[attribute]
        return self.declared[kind].attributes[declared.of] if declared.of else declared

    def columns(self, kind: str, attribute: str) -> Mapping[str, str]:
        """Output of the type → column of the mention table an attribute stores it in; `raw` is the cell as written."""
        name = self.declared[kind].attributes[attribute].of or attribute
        declared = self.declared[kind].attributes[name]
        if declared.columns:
            return declared.columns
        outputs = self.types[declared.type or ""].outputs
        return {RAW: f"{(declared.cells or (name,))[0]}_raw"} | {o: f"{name}{out.suffix}" for o, out in outputs.items() if out.stored}

    def value_column(self, kind: str, attribute: str) -> str:
        """The column that holds the standard value of an attribute."""
        columns = self.columns(kind, attribute)
        named = [column for output, column in columns.items() if output != RAW]
        return attribute if attribute in named else columns.get(self.type_of(kind, attribute).value, named[0])

    def cells(self, kind: str) -> Mapping[str, str]:
        """Names under which platform files assert attributes → the attribute they belong to, the first that reads them."""
        cells: dict[str, str] = {}
        for name, attribute in self.declared[kind].attributes.items():
            if attribute.type and not attribute.tied_by:
                for cell in attribute.cells or (name,):
                    cells.setdefault(cell, name)  # a further attribute may read a cell that is another's
        return cells

    def name_of_tie(self, kind: str, other: str) -> str | None:
        """The attribute that holds the name by which a kind points to another: an employer. None where there is none."""
        named = (name for name, attribute in self.kinds[kind].attributes.items() if attribute.tied_by == other)
        return next(named, None)

    def identifies(self, kind: str, attribute: str) -> str:
        """`yes`, `no` or `subject`: whether a filled cell of the attribute makes a role a mention."""
        return self._typed(kind, attribute).identifies or self.type_of(kind, attribute).identifies

    def is_personal(self, kind: str, attribute: str) -> bool:
        """Whether an attribute identifies a person."""
        personal = self.declared[kind].attributes[attribute].personal
        return self.type_of(kind, attribute).personal if personal is None else personal

    def mask(self, kind: str, attribute: str) -> Mask:
        """How the plain release shows an attribute: a personal one is masked unless its declaration says otherwise."""
        declared = self.declared[kind].attributes[attribute]
        if declared.mask:
            return declared.mask
        mask = self.type_of(kind, attribute).mask
        return mask if mask in MASKED or not self.is_personal(kind, attribute) else "full"

    def mention(self, kind: str) -> Table:
        """The contract of the mentions of a kind."""
        return self._mentions[kind]

    @cached_property
    def _mentions(self) -> Mapping[str, Table]:
        return {name: self._mention(kind) for name, kind in self.kinds.items()}

    def _mention(self, kind: Kind) -> Table:
        columns = {
            column.name: column
            for name, attribute in kind.attributes.items()
            if attribute.type
            for column in self._stored(kind.kind, name)
        }
        for other, tie in kind.ties.items():
            relations = " ".join(tie.relations)
            title = self.declared[other].title
            columns[f"{other}_relations"] = Column(f"{other}_relations", pa.list_(pa.string()), f"与{title.zh}关系：{relations}", f"Relations of this mention to it: {relations}")
            columns[f"{other}_mention_id"] = Column(f"{other}_mention_id", pa.int64(), f"所指{title.zh}提及", "Mention the relation points to: of the same row, or looked up")
        return Table(
            "mention", kind.kind, f"{kind.title.zh}提及", f"{kind.title.one or kind.kind} mentions",
            f"one line per mention of a {kind.title.one or kind.kind}", ("mention_id",), (*MENTION_HEAD, *columns.values()),
        )  # fmt: skip

    def _stored(self, kind: str, attribute: str) -> Iterator[Column]:
        declared, outputs = self.declared[kind].attributes[attribute], self.type_of(kind, attribute).outputs
        personal = self.is_personal(kind, attribute)
        for output, column in self.columns(kind, attribute).items():
            if output == RAW:
                yield Column(column, pa.string(), f"{declared.zh}原文", f"{declared.en}, as written", personal=personal)
                continue
            out = outputs[output]
            en = f"{declared.en}: {out.en}" if out.en else declared.en
            yield Column(column, STORAGE[out.storage], declared.zh + out.zh, en, nullable=out.fill is None, personal=personal and out.personal)

    def golden(self, kind: str) -> Table:
        """The contract of the golden records of a kind, unmasked."""
        return self._golden[kind]

    @cached_property
    def _golden(self) -> Mapping[str, Table]:
        return {name: self._golden_table(kind) for name, kind in self.kinds.items()}

    def _golden_table(self, kind: Kind) -> Table:
        columns = [Column(f"{kind.kind}_id", pa.string(), self.id_title(kind.kind), "Entity id", nullable=False)]
        for name, attribute in kind.attributes.items():
            if attribute.golden and self.type_of(kind.kind, name).type != "grid":
                columns += self._golden_columns(kind.kind, name)
        place = PLACE if self.is_placed(kind.kind) else ()
        unmasked = "（未脱敏）" if any(self.masks(kind.kind).values()) else ""
        return Table(
            "golden", kind.kind, f"{kind.title.zh}主记录{unmasked}", f"Golden records of {kind.title.en.lower()}, unmasked",
            f"one row per {kind.title.one or kind.kind}", (f"{kind.kind}_id",), (*columns, *place, *SIZE),
        )  # fmt: skip

    def _golden_columns(self, kind: str, name: str) -> Iterator[Column]:
        attribute, personal = self.declared[kind].attributes[name], self.is_personal(kind, name)
        zh, en = attribute.golden_zh or attribute.zh, attribute.golden_en or attribute.en
        for number, golden in enumerate(self.type_of(kind, name).golden):
            title = en if not number else golden.en
            yield Column(name + golden.suffix, STORAGE[golden.storage], zh + golden.zh, title, personal=personal and not number, label=attribute.label + golden.zh if attribute.label else "")
        for column, beside in attribute.beside.items():
            yield Column(column, STORAGE[beside.storage], beside.zh, beside.en)

    def id_title(self, kind: str) -> str:
        """The Chinese name of the ids of a kind."""
        return self.declared[kind].id_zh or f"{self.declared[kind].title.zh}编号"

    def is_placed(self, kind: str) -> bool:
        """Whether entities of a kind lie in a grid."""
        return any(a.type == "grid" for a in self.declared[kind].attributes.values())

    @cached_property
    def placed(self) -> tuple[str, ...]:
        """Kinds whose entities lie in a grid."""
        return tuple(kind for kind in self.kinds if self.is_placed(kind))

    @cached_property
    def grid(self) -> Table:
        """The contract of the grid tree with what lies in its nodes."""
        titles = {kind: self.declared[kind].title for kind in self.placed}
        return grid_table({kind: (title.zh, title.en) for kind, title in titles.items()})

    def masks(self, kind: str) -> Mapping[str, Mask]:
        """Attributes of a kind that the plain release replaces by a mask and a token, golden or not, with the kind of mask."""
        return {name: mask for name in self.declared[kind].attributes if (mask := self.mask(kind, name)) in MASKED}

    def attributes(self, kind: str) -> tuple[str, ...]:
        """The attributes mentions of a kind claim, in the order of their names; its place is an attribute's number."""
        return tuple(sorted(n for n, a in self.declared[kind].attributes.items() if a.of or self._claims_itself(kind, n)))

    def _claims_itself(self, kind: str, attribute: str) -> bool:
        """Whether a typed attribute is claimed under its own name: not where others are claimed from it and it is no value."""
        declared = self.declared[kind].attributes
        return declared[attribute].golden or declared[attribute].type == "address" or not any(a.of == attribute for a in declared.values())

    def grantable(self, kind: str) -> frozenset[str]:
        """Golden attributes a department can be entitled to read back."""
        return frozenset(
            name
            for name, attribute in self.declared[kind].attributes.items()
            if attribute.golden
            and (self.type_of(kind, name).grantable if attribute.grantable is None else attribute.grantable)
        )

    def titles(self, kind: str) -> Mapping[str, str]:
        """Attribute or golden column → Chinese title, all that are known of a kind; nothing of a kind that is not known."""
        if kind not in self.kinds:
            return {}
        evidence = {n: a.label or a.zh for n, a in self.declared[kind].attributes.items()}
        return {**evidence, **{c.name: c.title for c in self.golden(kind).columns}}

    def closed(self, kind: str) -> Mapping[str, Mapping[str, str]]:
        """Golden column → the only values it may hold, with their Chinese words."""
        found: dict[str, Mapping[str, str]] = {}
        for name, attribute in self.declared[kind].attributes.items():
            if attribute.golden:
                found |= {name + g.suffix: g.closed for g in self.type_of(kind, name).golden if g.closed}
                found |= {name: {value: value for value in attribute.closed}} if attribute.closed else {}
        return found

    def title(self, kind: str, attribute: str) -> str:
        """The Chinese title of an attribute; the attribute itself where none is known."""
        return self.titles(kind).get(attribute, attribute)

    @cached_property
    def kind_titles(self) -> Mapping[str, str]:
        """Chinese title of every kind."""
        return {name: kind.title.zh for name, kind in self.kinds.items()}

    @cached_property
    def relations(self) -> tuple[RelationTable, ...]:
        """Every table of relations, by the kinds it joins."""
        return tuple(
            RelationTable(left, right, tie, self._relation_table(left, right, tie))
            for left, kind in self.kinds.items()
            for right, tie in kind.ties.items()
        )

    def _relation_table(self, left: str, right: str, tie: Tie) -> Table:
        kinds = " ".join(tie.relations)
        zh = tie.zh or f"{self.declared[left].title.zh}与{self.declared[right].title.zh}"
        ids = (f"{left}_id", f"{right}_id")
        return Table(
            "link", f"{left}_{right}", zh, tie.en or f"{self.declared[left].title.en} and {self.declared[right].title.en.lower()}",
            f"{ids[0]}, {ids[1]}, relation", (*ids, "relation"),
            (
                *(Column(i, pa.string(), self.id_title(k), "Entity", nullable=False) for i, k in zip(ids, (left, right), strict=True)),
                Column("relation", pa.string(), f"关系：{kinds}", f"One of {kinds}", nullable=False),
                Column("platforms", pa.list_(pa.string()), "来源平台", "Platforms that say so, most trusted first", nullable=False),
                Column("claims", pa.int64(), "主张数", "Number of mentions that say so", nullable=False),
                Column("first_claimed_on", pa.date32(), "最早主张日期", "Oldest claim"),
                Column("last_claimed_on", pa.date32(), "最新主张日期", "Newest claim"),
                Column("is_current", pa.bool_(), "是否现行", "True for the chosen one where only one can hold (one residence, one registration); true for all others", nullable=False),
            ),
        )  # fmt: skip

    def relation(self, left: str, right: str) -> RelationTable:
        """The table of relations between two kinds; KeyError where there is none."""
        for relation in self.relations:
            if (relation.left, relation.right) == (left, right):
                return relation
        raise KeyError(f"{left}_{right}")

    @cached_property
    def prefixes(self) -> Mapping[str, str]:
        """The letter the ids of every kind begin with."""
        return {name: kind.prefix for name, kind in self.kinds.items()}

    @cached_property
    def fingerprint(self) -> str:
        """Changes when a declaration changes."""
        text = "\0".join(kind.model_dump_json() for _, kind in sorted(self.declared.items()))
        sha = hashlib.sha256(text.encode())
        for path in self.files:
            sha.update(path.read_bytes())
        return sha.hexdigest()[:16]

    @property
    def files(self) -> tuple[Path, ...]:
        """Every file the city adds, sorted."""
        parts = (self.folder / part for part in (KINDS, CHECKS)) if self.folder else ()
        return tuple(sorted(path for part in parts for path in part.glob("*") if path.suffix in (".yaml", ".py")))


KINDS, CHECKS = "kinds", "checks"
"""Folders of a city that are part of its data model."""

HOME = "housing"
"""The kind an address names: what lies in a grid lies in that of its home."""


@cache
def shipped() -> DataModel:
    """The kinds that are shipped with the project."""
    return DataModel.load()


def _sorted(before: Mapping[str, set[str]]) -> tuple[str, ...]:
    """Names after those they come after, otherwise in the order of names."""
    sorter = graphlib.TopologicalSorter({name: sorted(others) for name, others in sorted(before.items())})
    sorter.prepare()
    done: list[str] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready())
        done += ready
        sorter.done(*ready)
    return tuple(done)
