"""Why a pair weighs what it weighs, in words: comparisons and levels in Chinese, weights in bits, summed up line by line.

Belongs here: words for what a judged pair and `evidence.match` hold. Does not: the weights themselves (the matching model).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping

from warehouse.review.question import Step

LEVELS = {
    "missing": "缺",
    "same": "相同",
    "different": "不同",
    "other_valid": "另一有效号码",
    "slip": "笔误",
    "slips_2": "两处笔误",
    "typo": "差一字符",
    "typo_2": "差两字符",
    "former_name": "曾用名",
    "same_pinyin": "同音",
    "lost_character": "缺字",
    "look_alike": "形近",
    "other_order": "语序不同",
    "one_character": "差一字",
    "surname_only": "仅姓",
    "same_surname": "同姓",
    "same_day": "同日",
    "same_month": "同月",
    "same_year": "同年",
    "same_dwelling": "同一房屋",
    "same_room": "同室",
    "same_building": "同幢",
    "same_door": "同一门牌",
    "same_estate": "同小区",
    "same_community": "同社区",
    "unit_left_out": "单元缺省",
    "cut_short": "截断",
    "second_number": "第二号码",
    "co_owner": "共有人",
    "same_code": "代码相同",
    "same_credit_code": "信用代码相同",
    "same_organisation_code": "组织机构代码相同",
    "same_registration_number": "注册号相同",
    "same_legible_code": "代码逐字相同",
    "other_code": "另一代码",
    "same_digits": "数字相同",
    "same_series": "仅末两位不同",
    "swapped": "邻位颠倒",
    "not_comparable": "不可比",
    "other_branch": "另一分支",
    "no_public_body": "均非公共机构",
    "same_public_body": "同一公共机构",
    "beside_public_body": "一方为公共机构",
    "other_public_body": "另一公共机构",
    "brand_trade": "字号行业相同",
    "brand_sound_trade": "字号同音行业相同",
    "brand": "字号相同",
    "same_number": "证件号相同",
    "same_name": "姓名相同",
    "together": "合计修正",
    "same_area": "同小区，类别影响多户",
    "other_room": "同幢不同室",
    "other_building": "同小区不同幢",
    "other_door": "同小区不同门户",
    "same_road": "同路",
    "likely_same": "可能相同",
    "names_it": "注明原工单",
}
PATTERNS = (
    (re.compile(r"held_by_(\d+)"), "相符的实体共 {} 个"),
    (re.compile(r"within_([\d.]+)_h"), "相隔 ≤ {} 小时"),
    (re.compile(r"over_([\d.]+)_h_before"), "已办结 ≥ {} 小时"),
    (re.compile(r"near_([\d.]+)_m"), "相距 ≤ {} 米"),
    (re.compile(r"alike_([\d.]+)"), "措辞相同 ≥ {}"),
    (re.compile(r"legible_(\d+)"), "可辨 {} 位相符"),
    (re.compile(r"jaro_winkler_([\d.]+)"), "相似度 ≥ {}"),
    (re.compile(r"within_([\d.]+)_m"), "相距 ≤ {} 米"),
    (re.compile(r"within_([\d.]+)"), "相差 ≤ {}"),
)


def words_of_comparison(name: str, words: Mapping[str, str]) -> str:
    """A comparison in the words of its kind (`question.comparison_words`); joined by × where a dependence is corrected."""
    return "×".join(words.get(part, part) for part in name.split(" × "))


def words_of_level(name: str) -> str:
    """A level in Chinese; the name itself where it has no word yet."""
    for pattern, words in PATTERNS:
        if found := pattern.fullmatch(name):
            return words.format(found[1])
    return LEVELS.get(name, name)


def steps_of(
    levels: Mapping[str, str] | Iterable[tuple[str, str]],
    weights: Mapping[str, float] | Iterable[tuple[str, float]],
    total: float,
) -> tuple[Step, ...]:
    """The waterfall of a pair.

    Args:
        levels: comparison → level, as a judged pair has it.
        weights: comparison → log2 Bayes factor; a dependence between comparisons has a line of its own.
        total: weight of the pair (log2 odds). What the lines don't make up is the prior, the first line; of a pair a
            steward has called the same it is what the judgement adds.
    """
    level, weight = dict(levels), dict(weights)
    running = total - math.fsum(weight.values())
    steps = [Step("prior", "", running, running)]
    for name, bits in weight.items():
        running += bits
        steps.append(Step(name, level.get(name, "together"), bits, running))
    return tuple(steps)
