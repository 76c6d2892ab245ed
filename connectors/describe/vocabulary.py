"""Words of headings: which attribute of which kind a heading speaks of.

Belongs here: finding a heading among the words of `headings.yaml` and the titles that kinds declare. Does not: what the
values say (`guess`).

A word is met written out, by the initials of its pinyin (`XM` for 姓名) or by its whole pinyin (`XINGMING`).
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml
from pypinyin import Style, lazy_pinyin

from warehouse.model.data_model import DataModel

EXACT, CODED, INITIALS, SHORT_INITIALS, ENDING, INSIDE = 1.0, 1.0, 0.9, 0.55, 0.7, 0.45
"""How sure a heading makes an attribute, by how the word is met."""
NEAR = 0.25
"""Readings less sure than the surest by more than this are none."""
FURTHER = re.compile(
    "号码$|名称$|名$|号$|编号$|代码$|编码$|类型$|类别$|日期$|时间$|地址$|状态$|备注$|说明$|单位$|金额|数$|数量$|序号|意见$|原因$|结果$|情况$|标志$|标识$|来源$|等级$|性质$|方式$|电话$|人$|人员$|部门$|率$|年度$|年份$|内容$|面积$|途径$"
)
"""Endings of headings that tell nothing of their meaning but that they are headings."""


@dataclass(frozen=True)
class Party:
    """Somebody beside what a row is about: a landlord, a legal representative.

    Attributes:
        name: what its role is called.
        kind: person, or enterprise; where firms stand among persons the values tell.
        relations: the relations by which it is tied to what the row is about; the first that fits is meant.
    """

    name: str
    kind: str
    relations: tuple[str, ...]


@dataclass(frozen=True)
class Reading:
    """One way to understand a heading: `cell` of `kind`, said of the row itself or of a party; why and how sure (0–1)."""

    kind: str
    cell: str
    party: Party | None
    sure: float
    word: str


@cache
def words() -> dict[str, Any]:
    """What `headings.yaml` lists, section by section."""
    text = resources.files("connectors.describe").joinpath("headings.yaml").read_text(encoding="utf-8")
    declared: dict[str, Any] = yaml.safe_load(text)
    return declared


def plain(heading: str) -> str:
    """A heading as words are compared: capitals, without what stands in brackets at its end, without separators."""
    text = unicodedata.normalize("NFKC", heading).rpartition("/")[2].strip()
    text = re.sub(r"[(（\[【].*[)）\]】]$", "", text) or text
    return re.sub(r"[\s_\-\\/.:@*·]", "", text).upper()


@cache
def initials(word: str) -> str:
    """The initials of a Chinese word's pinyin: 姓名 → XM."""
    return "".join(lazy_pinyin(word, Style.FIRST_LETTER)).upper()


@cache
def spelled(word: str) -> str:
    """A Chinese word's pinyin: 姓名 → XINGMING."""
    return "".join(lazy_pinyin(word)).upper()


@dataclass(frozen=True)
class Vocabulary:
    """The words of one city.

    Attributes:
        words: word as `plain` gives it → the cells it may mean, as (kind, cell).
        parties: word → the party it names.
        subjects: word that may stand before a word of a kind's own, as 参保人 before 姓名 → the kind.
    """

    words: dict[str, tuple[tuple[str, str], ...]]
    parties: dict[str, Party]
    subjects: dict[str, str]

    @classmethod
    def of(cls, model: DataModel) -> Vocabulary:
        """The shipped words for the kinds there are, and the titles and names those kinds declare."""
        meant: defaultdict[str, dict[tuple[str, str], None]] = defaultdict(dict)
        for kind in model.kinds:
            cells = model.cells(kind)
            for cell, listed in {**words()["words"].get(kind, {})}.items():
                if cell.partition(".")[0] in cells:
                    for word in listed:
                        meant[plain(str(word))][kind, cell] = None
            for cell, attribute in cells.items():
                declared = model.kinds[kind].attributes[attribute]
                for word in (declared.zh, declared.label, cell if len(cell) > 3 else ""):
                    if word:
                        meant[plain(word)][kind, cell] = None
        parties = {
            plain(word): Party(name, party["kind"], tuple(party["relations"]))
            for name, party in words()["parties"].items()
            for word in party["words"]
            if party["kind"] in model.kinds
        }
        subjects = {plain(w): k for k, listed in words()["subjects"].items() if k in model.kinds for w in listed}
        return cls({word: tuple(cells) for word, cells in meant.items()}, parties, subjects)

    def knows(self, heading: str) -> bool:
        """Whether a heading is made of words of headings."""
        return bool(self.read(heading)) or bool(FURTHER.search(plain(heading))) or plain(heading) in self.ordinary

    @property
    def ordinary(self) -> frozenset[str]:
        """Words that head columns and mean no attribute: remarks, running numbers, times of change."""
        listed = words()
        return frozenset(plain(w) for key in ("changed_at", "running_number", "remarks") for w in listed[key])

    def read(self, heading: str) -> list[Reading]:
        """Every way to understand a heading, the surest first."""
        text = plain(heading)
        found = [Reading(k, c, None, sure, word) for k, c, sure, word in self._own(text)]
        surest = max((r.sure for r in found), default=0.0)
        found = [r for r in found if r.sure > surest - NEAR]
        found += self._of_parties(text)
        found += self._named_in_cells(found)
        best: dict[tuple[str, str, Party | None], Reading] = {}
        for reading in sorted(found, key=lambda r: -r.sure):
            best.setdefault((reading.kind, reading.cell, reading.party), reading)
        return list(best.values())

    def _own(self, text: str) -> list[tuple[str, str, float, str]]:
        """What a text means where nobody else is named in it: (kind, cell, sure, word)."""
        found = [(k, c, EXACT, text) for k, c in self.words.get(text, ())]
        if text.isascii():
            for word, sure in self._by_pinyin.get(text, ()):
                found += [(k, c, sure, word) for k, c in self.words[word]]
            return found
        for subject, kind in self.subjects.items():
            if text.startswith(subject) and (meant := self.words.get(text.removeprefix(subject))):
                found += [(k, c, 0.95, text) for k, c in meant if k == kind]
        endings = [w for w in self.words if not w.isascii() and len(w) > 1 and text != w and text.endswith(w)]
        if endings:
            word = max(endings, key=len)
            found += [(k, c, ENDING, word) for k, c in self.words[word]]
        elif inside := [w for w in self.words if not w.isascii() and len(w) > 2 and w in text]:
            word = max(inside, key=len)
            found += [(k, c, INSIDE, word) for k, c in self.words[word]]
        return found

    def _named_in_cells(self, found: list[Reading]) -> list[Reading]:
        """Who an attribute of the row itself names: `legal_rep_name` is the name of the legal representative."""
        cells = {meant for every in self.words.values() for meant in every}
        parties = {party.name: party for party in self.parties.values()}
        return [
            Reading(party.kind, cell, party, reading.sure, reading.word)
            for reading in found
            for name, party in parties.items()
            if reading.party is None and reading.cell.startswith(f"{name}_")
            for cell in [reading.cell.removeprefix(f"{name}_")]
            if (party.kind, cell) in cells
        ]

    def _of_parties(self, text: str) -> list[Reading]:
        found = []
        for word, party in self.parties.items():
            heads = [h for h in ({word} if not text.isascii() else {word, initials(word)}) if len(h) > 1]
            for head in heads:
                if not text.startswith(head):
                    continue
                rest = text.removeprefix(head)
                if not rest:
                    found.append(Reading(party.kind, "name", party, EXACT, word))
                    continue
                cells = self._own(rest)
                found += [Reading(k, c, party, sure * 0.98, word) for k, c, sure, _ in cells if k == party.kind]
                if party.kind == "person" and not any(k == "person" for k, *_ in cells):
                    found += [Reading("person", "name", party, 0.6, word) for k, c, *_ in cells if c == "name"]
        return found

    @property
    def _by_pinyin(self) -> dict[str, tuple[tuple[str, float], ...]]:
        return _pinyin_index(tuple(self.words))


@cache
def _pinyin_index(words: tuple[str, ...]) -> dict[str, tuple[tuple[str, float], ...]]:
    """Initials and whole pinyin → the words, and how sure they make."""
    found: defaultdict[str, list[tuple[str, float]]] = defaultdict(list)
    for word in words:
        if not word.isascii() and len(word) > 1:
            found[initials(word)].append((word, INITIALS if len(word) > 2 else SHORT_INITIALS))
            found[spelled(word)].append((word, 0.95))
    return {text: tuple(meant) for text, meant in found.items()}
