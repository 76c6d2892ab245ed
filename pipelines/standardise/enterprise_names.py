"""Names of enterprises: taken apart into region, brand (字号), trade, legal form and branch.

A registered name is region + brand + trade + form (企业名称登记管理规定); a sign over the door is often the brand alone, or
brand and trade. Belongs here: the grammar. Does not: the vocabulary (`enterprise_words`, `regions`), and persons' names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.standardise.characters import simplified, syllables
from pipelines.standardise.enterprise_words import BRANCHES, LEGAL_FORMS, TRADES, VENUES
from pipelines.standardise.folding import fold
from pipelines.standardise.regions import PREFECTURES, PROVINCES

REGISTERED, SIGN = "registered", "sign"

NAMES_NOTHING = frozenset(
    "无 暂无 没有 不详 未知 未登记 未填 空 无名 无单位 无业 待业 失业 退休 务农 自由职业 个体 个体户 学生 NULL NONE NA N/A".split()
)
"""What is written where there is no enterprise. Compared after folding, blanks dropped, Latin in capitals."""

_FORMS = "|".join(re.escape(f) for f in sorted(LEGAL_FORMS, key=len, reverse=True))
_BRANCH_WORDS = "|".join(sorted(BRANCHES, key=len, reverse=True))
_CORPORATE = r"公司|合作社|集团|合伙企业|\((?:有限|普通|特殊普通)合伙\)"
_BEHIND_FORM = re.compile(rf"^(.+?(?:{_CORPORATE}))(?!\()\(?([^()]{{0,14}}?(?:{_BRANCH_WORDS}))\)?$")
_BEHIND_VENUE = re.compile(
    r"^(.{2,}?[厂店院所社部场行校]|.{2,}?(?:中心|协会))([^()]{0,10}(?:分公司|分店|分厂|分部|分院|分校|分社|分所|办事处))$"
)
_IN_BRACKETS = re.compile(rf"^([^()]{{2,}})\(([^()]{{1,14}}(?:{_BRANCH_WORDS}))\)$")
_NUMBERED = re.compile(r"^(.{2,}?)(第?[一二三四五六七八九十百\d]+(?:分店|门店|连锁店|分部|店))$")
_CHAIN = re.compile(
    r"^(.{2,}?(?:超市|药房|便利店|连锁|酒店|银行(?:股份有限公司)?))([^()]{2,8}(?:店|支行|分店|营业部))$"
)
_FORM_AT_END = re.compile(rf"^(.*?)({_FORMS})$")
_VENUE_AT_END = re.compile(f"({'|'.join(sorted(VENUES, key=len, reverse=True))})$")
_REGION_BY_GRAMMAR = re.compile(
    r"^(?:[^()市县区]{2,4}(?:省|自治区|特别行政区)|[^()省县区]{2,5}?市(?!场)|[^()省市]{2,4}?(?:县|自治县)|[^()省市县]{1,4}?(?:新区|开发区|经济开发区|高新区|区)"
    r"|[^()省市县区]{2,4}?(?:街道|镇|乡))"
)
_NO_CITY = re.compile(r"(?:超|菜|门|城|夜|早|花|股|集|闹|都|楼)市$|(?:小|社|园|景|校|片|山|库|牧|战)区$")
_REGION_IN_BRACKETS = re.compile(r"\(([^()]{2,6})\)")
_COMMUNITY = re.compile(r"^[^()省市县区]{2,5}?(?:社区|村)(?=.{2,})")
_NUMERALS = str.maketrans("一二三四五六七八九", "123456789")
_KEPT_WHOLE = ("中心", "超市", "市场", "医院", "学校", "小学", "中学")
_LONGEST_TRADE = max(map(len, TRADES))


@dataclass(frozen=True)
class EnterpriseName:
    """The parts of a name; None where it has none. `name_key` is the whole folded for comparison."""

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
    """The grammar with the places it knows by name.

    Attributes:
        places: names of the city and its streets as the grid tree writes them; also understood without their suffix.
    """

    places: frozenset[str] = field(default_factory=frozenset)

    @classmethod
    def of_places(cls, places: Iterable[str]) -> EnterpriseNames:
        """The grammar for a city whose city and street names are given."""
        return cls(frozenset(p for p in places if p))

    @cached_property
    def _known(self) -> dict[int, frozenset[str]]:
        """Region names that may stand anywhere among the regions, by length, longest first."""
        bare = {re.sub(r"(?:市|县|区|街道|镇|乡)$", "", place) for place in self.places}
        known = {r for r in self.places | bare | PROVINCES if len(r) >= 2} | {p + s for p in PROVINCES for s in "省市"}
        lengths = sorted({len(r) for r in known}, reverse=True)
        return {n: frozenset(r for r in known if len(r) == n) for n in lengths}

    def _region_length(self, text: str, before: str = "") -> int:
        """How many characters at the head of `text` are one region name; `before` are those already taken.

        A prefecture without its suffix counts only in front, or behind its own province: 阳江 in 江苏阳江宏 is none.
        """
        known = next((n for n, names in self._known.items() if text[:n] in names), 0)
        known = max(known, next((n for n in (4, 3, 2) if text[:n] in _prefectures(before)), 0))
        if found := _REGION_BY_GRAMMAR.match(text):
            written = found.group()
            if len(written) > known and not _NO_CITY.search(written):
                return len(written)
        return known

    def parse(self, text: str) -> EnterpriseName:
        """Take apart a name that is folded and has no blanks.

        >>> grammar = EnterpriseNames.of_places(['云溪市', '柳塘镇'])
        >>> p = grammar.parse('云溪市柳塘恒泰电子科技有限责任公司第二分公司')
        >>> p.region, p.brand, p.trade, p.legal_form, p.branch
        ('云溪市柳塘', '恒泰', '电子科技', '有限公司', '第2分公司')
        >>> p = grammar.parse('柳塘老孟修理部')
        >>> p.region, p.brand, p.trade, p.legal_form, p.name_form
        ('柳塘', '老孟', '修理部', '部', 'registered')
        """
        whole = text
        text, branch = _take_branch(text)
        text, form = _take_form(text)
        region, text = self._take_region(text)
        trade, brand, venue = _take_trade(text)
        registered = form is not None or (region is not None and venue is not None)
        return EnterpriseName(
            name=whole,
            name_key=key_of(whole),
            region=region,
            brand=brand or None,
            trade=trade,
            legal_form=form or venue,
            branch=branch,
            name_form=REGISTERED if registered else SIGN,
        )

    def _take_region(self, text: str) -> tuple[str | None, str]:
        taken = ""
        rest = text
        while (n := self._region_length(rest, taken)) and len(rest) - n >= 2 and not _is_all_trade(rest[n:]):
            taken, rest = taken + rest[:n], rest[n:]
        if taken and (found := _COMMUNITY.match(rest)) and not _is_all_trade(rest[found.end() :]):
            taken, rest = taken + found.group(), rest[found.end() :]
        for found in _REGION_IN_BRACKETS.finditer(rest):
            inside = found.group(1)
            if self._region_length(inside) == len(inside):
                taken, rest = taken + inside, rest[: found.start()] + rest[found.end() :]
                break
        return taken or None, rest

    def __call__(self, values: pa.StringArray) -> pa.Table:
        """Standardise enterprise names.

        Args:
            values: distinct raw names, never null.

        Returns:
            One row per value: `name`, `name_key`, `region`, `brand`, `brand_pinyin`, `trade`, `legal_form`, `branch`,
            `name_form`; all null where the cell names nothing.
        """
        texts = tidy(values).to_pylist()
        nothing = EnterpriseName()
        parts = [self.parse(t) if len(t) > 1 and t not in NAMES_NOTHING else nothing for t in simplified(texts)]
        readings = iter(syllables([p.brand for p in parts if p.brand]))
        columns = {
            name: pa.array([getattr(p, name) for p in parts], pa.string())
            for name in ("name_key", "region", "brand", "trade", "legal_form", "branch", "name_form")
        }
        return pa.table(
            columns
            | {
                "name": pa.array([t if p.name else None for t, p in zip(texts, parts, strict=True)], pa.string()),
                "brand_pinyin": pa.array([next(readings) if p.brand else None for p in parts], pa.string()),
            }
        )


@lru_cache(maxsize=100)
def _prefectures(before: str) -> frozenset[str]:
    """Prefectures without suffix that may follow: all at the head of a name, behind a province its own, else none."""
    if not before:
        return frozenset(name for names in PREFECTURES.values() for name in names)
    return frozenset(PREFECTURES.get(before.removesuffix("省"), ()))


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


def _take_branch(text: str) -> tuple[str, str | None]:
    for pattern in (_BEHIND_FORM, _BEHIND_VENUE, _IN_BRACKETS, _NUMBERED, _CHAIN):
        found = pattern.match(text)
        if found and not _FORM_AT_END.match(found.group(2)):
            return found.group(1), found.group(2).translate(_NUMERALS)
        if found and found.group(2).endswith("分公司"):
            return found.group(1), found.group(2).translate(_NUMERALS)
    return text, None


def _take_form(text: str) -> tuple[str, str | None]:
    if (found := _FORM_AT_END.match(text)) and len(found.group(1)) >= 2:
        return found.group(1), LEGAL_FORMS[found.group(2)]
    return text, None


def _trade_length(text: str) -> int:
    """How many characters at the end of `text` are one trade word, the longest there is."""
    return next((n for n in range(min(_LONGEST_TRADE, len(text)), 1, -1) if text[-n:] in TRADES), 0)


def _is_all_trade(text: str) -> bool:
    """Whether nothing but trade words and premises is left, so that what stands before must be the brand."""
    while text:
        n = _trade_length(text)
        if not n:
            found = _VENUE_AT_END.search(text)
            n = len(found.group()) if found else 0
        if not n:
            return False
        text = text[:-n]
    return True


def _take_trade(text: str) -> tuple[str | None, str, str | None]:
    """Trade, brand and kind of premises of what is left between region and legal form."""
    found = _VENUE_AT_END.search(text)
    venue = found.group() if found else None
    rest, taken = text, ""
    n = _trade_length(rest)
    if not n and venue and len(rest) - len(venue) >= 2:  # 针织厂: the premises follow the trade
        before = rest[: -len(venue)]
        rest, taken = before, venue
        n = _trade_length(rest)
    while n and (len(rest) - n >= 2 or (len(rest) - n == 1 and taken in ("", venue))):
        rest, taken = rest[:-n], rest[-n:] + taken
        n = _trade_length(rest)
    trade = taken.removesuffix(venue) if venue and taken not in TRADES and taken != venue else taken
    return (trade or None) if trade != venue or trade in TRADES else None, rest, _short(venue)


def _short(venue: str | None) -> str | None:
    """The premises by their last character, which is what different words for one thing share: 药店 店, 修理部 部."""
    if venue is None:
        return None
    return next((kept for kept in _KEPT_WHOLE if venue.endswith(kept)), venue[-1])
