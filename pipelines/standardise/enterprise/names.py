"""Names of enterprises: taken apart into region, brand (字号), trade, legal form and branch.

A registered name is region + brand + trade + form (企业名称登记管理规定); a sign over the door is often the brand alone, or
brand and trade. Belongs here: the order of the parts, legal form and branch. Does not: the vocabulary (`words`, `regions`),
regions (`places`), trades (`trades`), and names of persons.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.standardise.characters import simplified, syllables
from pipelines.standardise.enterprise.notes import with_chinese_form, without_notes
from pipelines.standardise.enterprise.places import Places
from pipelines.standardise.enterprise.public_bodies import PublicBodies
from pipelines.standardise.enterprise.trades import take_trade, trades_in
from pipelines.standardise.enterprise.words import BRANCHES, LEGAL_FORMS
from pipelines.standardise.folding import fold, none_longer, without_markup
from pipelines.standardise.placeholders import NO_ENTERPRISE, said

REGISTERED, SIGN, PUBLIC_BODY = "registered", "sign", "public_body"

_LONGEST = 200
"""Characters a name may have; a registered one has sixty at most, and longer text takes ever longer to take apart."""

_FORM_AT_END = re.compile(
    rf"^(.{{2,}}?)({'|'.join(re.escape(f) for f in sorted(LEGAL_FORMS, key=len, reverse=True))})$"
)
_SLIPPED_FORM = re.compile(
    r"^(.{2,}?)(股份)?(?:有限责任.司|有限责.公司|有限.任公司|[^公]限责任公司|[^公]限公司|有[^限公]公司|有限.司|有限公.)$"
)
_CORPORATE = r"公司|合作社|集团|合伙企业|\((?:有限|普通|特殊普通)合伙\)"
_BRANCH_WORDS = "|".join(sorted(BRANCHES, key=len, reverse=True))
_BEHIND_FORM = re.compile(rf"^(.+?(?:{_CORPORATE}))(?!\()\(?([^()]{{0,14}}?(?:{_BRANCH_WORDS}))\)?$")
_BEHIND_VENUE = re.compile(
    r"^(.{2,}?[厂店院所社部场行校]|.{2,}?(?:中心|协会))"
    r"([^()]{0,10}(?:分公司|分店|分厂|分部|分院|分校|分社|分所|办事处))$"
)
_IN_BRACKETS = re.compile(rf"^([^()]{{2,}})\(([^()]{{1,14}}(?:{_BRANCH_WORDS}))\)$")
_NUMBERED = re.compile(r"^(.{2,}?)(第?[一二三四五六七八九十百\d]+(?:分店|门店|连锁店|分部|店))$")
_CHAIN = re.compile(
    r"^(.{2,}?(?:超市|药房|便利店|连锁|酒店|银行(?:股份有限公司)?))([^()]{2,8}(?:店|支行|分店|营业部))$"
)
_BRANCH_SHAPES = (_BEHIND_VENUE, _IN_BRACKETS, _NUMBERED, _CHAIN)
_BARE_BRANCH = re.compile(r"^(.{2,}?)((?:第[一二三四五六七八九十\d]+)?(?:分公司|分店|分厂|分部|办事处|门市部|营业部))$")
_NOTE = re.compile(r"^([^()]{2,})\([^()]*\)$")
_NUMERALS = str.maketrans("一二三四五六七八九", "123456789")


@dataclass(frozen=True)
class EnterpriseName:
    """The parts of a name; None where it has none. `name_key` is the whole folded for comparison.

    A public body has a region and nothing else; its key is the one spelling of its name, see `public_bodies`.
    """

    name: str | None = None
    name_key: str | None = None
    region: str | None = None
    brand: str | None = None
    trade: str | None = None
    legal_form: str | None = None
    branch: str | None = None
    name_form: str | None = None


@dataclass(frozen=True)
class EnterpriseNames:
    """The grammar with the places it knows by name."""

    places: Places = field(default_factory=lambda: Places.of(()))

    @classmethod
    def of_places(cls, names: Iterable[str]) -> EnterpriseNames:
        """The grammar for a city whose city and street names are given, as its grid tree writes them."""
        return cls(Places.of(names))

    @cached_property
    def bodies(self) -> PublicBodies:
        """The grammar of names of public bodies."""
        return PublicBodies(self.places)

    def parse(self, text: str) -> EnterpriseName:
        """Take apart a simplified name that is folded and has no blanks.

        >>> grammar = EnterpriseNames.of_places(['云溪市', '柳塘镇'])
        >>> p = grammar.parse('云溪市柳塘恒泰电子科技有限责任公司第二分公司')
        >>> p.region, p.brand, p.trade, p.legal_form, p.branch
        ('云溪市柳塘', '恒泰', '电子科技', '有限公司', '第2分公司')
        >>> p = grammar.parse('柳塘老孟修理部')
        >>> p.region, p.brand, p.trade, p.legal_form, p.name_form
        ('柳塘', '老孟', '修理部', '部', 'registered')
        >>> p = grammar.parse('云溪市柳塘镇政府')
        >>> p.region, p.brand, p.name_key, p.name_form
        ('云溪市柳塘镇', None, '柳塘镇人民政府', 'public_body')
        """
        text = without_notes(text)
        if body := self.bodies.read(text):
            return EnterpriseName(name=text, name_key=body.key, region=body.region, name_form=PUBLIC_BODY)
        rest, branch = self._take_branch(text)
        rest, form = _take_form(rest)
        region, rest = self.places.take(rest, trades_in)
        if note := _NOTE.match(rest):
            rest = note.group(1)
        brand, trade, premises = take_trade(rest)
        registered = form is not None or (region is not None and premises is not None)
        return EnterpriseName(
            name=text,
            name_key=key_of(text),
            region=region,
            brand=brand.strip("·") or None,
            trade=trade,
            legal_form=form or premises,
            branch=branch,
            name_form=REGISTERED if registered else SIGN,
        )

    def _take_branch(self, text: str) -> tuple[str, str | None]:
        for shape in (_BEHIND_FORM, None, *_BRANCH_SHAPES):
            parent, branch = self._bare_branch(text) if shape is None else _shaped(shape, text)
            if branch:
                return parent, branch.translate(_NUMERALS)
        return text, None

    def _bare_branch(self, text: str) -> tuple[str, str | None]:
        """A branch behind a parent whose legal form is left out: only a place, or a number, tells where it begins."""
        if found := _BARE_BRANCH.match(text):
            parent, branch = found.groups()
            place = self.places.at_end(parent)
            if len(parent) - place >= 2 and (place or branch.startswith("第")):
                return parent[: len(parent) - place], parent[len(parent) - place :] + branch
        return text, None

    def __call__(self, values: pa.StringArray) -> pa.Table:
        """Standardise enterprise names.

        Args:
            values: distinct raw names, never null.

        Returns:
            One row per value: `name`, `name_key`, `region`, `brand`, `brand_pinyin`, `trade`, `legal_form`, `branch`,
            `name_form`; all null where the cell names nothing.
        """
        folded = fold(said(none_longer(without_markup(values), _LONGEST), NO_ENTERPRISE))
        texts = tidy(folded).to_pylist()
        spelled = simplified(tidy(with_chinese_form(folded)).to_pylist())
        nothing = EnterpriseName()
        parts = [self.parse(t) if len(t) > 1 else nothing for t in spelled]
        readings = iter(syllables([p.brand for p in parts if p.brand]))
        columns = {
            name: pa.array([getattr(p, name) for p in parts], pa.string())
            for name in ("name_key", "region", "brand", "trade", "legal_form", "branch", "name_form")
        }
        return pa.table(
            columns
            | {
                "name": pa.array([_as_written(*n) for n in zip(texts, spelled, parts, strict=True)], pa.string()),
                "brand_pinyin": pa.array([next(readings) if p.brand else None for p in parts], pa.string()),
            }
        )


def _as_written(text: str, spelled: str, parts: EnterpriseName) -> str | None:
    """The name as it is written, without notes."""
    if not parts.name:
        return None
    start = spelled.find(parts.name)
    return text[start : start + len(parts.name)] if len(text) == len(spelled) else text


def tidy(values: pa.StringArray) -> pa.StringArray:
    """NFKC, half-width round brackets of whatever shape, no blanks, no quotes, Latin in capitals."""
    text = pc.utf8_upper(pc.replace_substring_regex(fold(values), r"[\s\"'“”‘’「」『』]", ""))
    text = pc.replace_substring_regex(text, r"[\[【〔〈《<{]", "(")
    text = pc.replace_substring_regex(text, r"[\]】〕〉》>}]", ")")
    text = pc.replace_substring_regex(text, r"\(\)", "")
    return pc.utf8_trim(text, "·.,，。、;；:：-_*/\\|")


def key_of(name: str) -> str:
    """A name folded for comparison: one spelling of 有限公司, no brackets, dots or blanks.

    >>> key_of('恒泰(云溪)电子有限责任公司')
    '恒泰云溪电子有限公司'
    """
    return re.sub(r"[()·\-—_.,、&\s]", "", name.replace("有限责任公司", "有限公司"))


def _shaped(shape: re.Pattern[str], text: str) -> tuple[str, str | None]:
    if found := shape.match(text):
        parent, branch = found.groups()
        if branch.endswith("分公司") or not _FORM_AT_END.match(branch):
            return parent, branch
    return text, None


def _take_form(text: str) -> tuple[str, str | None]:
    """The legal form off the end, also with one character of 有限公司 mistyped."""
    found = _FORM_AT_END.match(text)
    if found and found.group(2) != "公司":
        return found.group(1), LEGAL_FORMS[found.group(2)]
    if slip := _SLIPPED_FORM.match(text):
        return slip.group(1), "股份有限公司" if slip.group(2) else "有限公司"
    return (found.group(1), LEGAL_FORMS[found.group(2)]) if found else (text, None)
