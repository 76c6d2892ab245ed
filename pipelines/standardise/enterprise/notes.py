"""What is written beside the name of an enterprise: that it is closed, what it was called, a year, a number, a place.

Belongs here: taking notes off, so that the legal form stands at the end again; and English legal forms, which stand there in
other words. Does not: branches, which are enterprises of their own (`names`).
"""

from __future__ import annotations

import re

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.standardise.enterprise.words import BRANCHES, LEGAL_FORMS

_STATE = "(?:已|现已|拟)?(?:注销|吊销|停业|停产|停工|歇业|关闭|关停|搬迁|搬离|搬走|迁出|迁入|拆迁|拆除|倒闭|破产|转让|更名|改名|变更|合并|清算)"
_BEFORE = "(?:原名?|曾用名?|前身|旧名|现名?|又名|别名|简称|俗称|挂靠|借用)"
_OTHER = "(?:筹备?|筹建|在建|新建|备案|总部|本部|暂停|空置|无人|闲置|个体|自营|承包|租赁|出租|备注|详见|见|含|等)"
_NUMBER = (
    r"(?:第?[0-9]{1,4}(?:年度?|号|期|次|户|家)?|[A-Z]|NO\.?[0-9]+|[0-9]{4}[-.年/][0-9]{1,2}(?:[-.月/][0-9]{1,2}日?)?)"
)
_PLACE = (
    "(?:(?:建筑|施工)?工地|施工现场|项目|(?:员工|职工|集体)?宿舍楼?|(?:员工|职工)?食堂|[东西南北新老一二三四]?厂区|办公[室楼区]"
    "|门卫室?|传达室|大?门口|大门|旁边?|内|附近|对面|楼[上下]|[0-9一二三四五六七八九]+楼)"
)
_NOTE_INSIDE = re.compile(f"^(?:{_STATE}|{_BEFORE}|{_OTHER}|{_NUMBER}$|{_PLACE}$)")
_IN_FRONT = re.compile(r"^(?:\(([^()]*)\)|[0-9]{1,3}(?:[、)]|\.(?![0-9])))(?=.{2,})")
_AT_END = re.compile(r"^(.{2,})\(([^()]*)\)$")
_STATE_BEHIND_NOTE = re.compile(rf"^(.{{2,}}\)){_STATE}$")
_OPEN_AT_END = re.compile(r"^(.{4,})\(([^()]*)$")
_FORMS = "|".join(re.escape(form) for form in sorted(LEGAL_FORMS, key=len, reverse=True))
_FORM = re.compile(f"(?:{_FORMS})$")
_FORM_IN_BRACKETS = re.compile(rf"(?:{'|'.join(re.escape(form) for form in LEGAL_FORMS if form.endswith(')'))})$")
_BRANCH = re.compile(f"(?:{'|'.join(sorted(BRANCHES, key=len, reverse=True))})$")
_BEHIND_FORM = re.compile(
    rf"^(.{{2,}}?(?:有限责任公司|有限公司|股份公司|合作社|\((?:有限|普通|特殊普通)合伙\)))[-:,、;·\s]?(?:{_STATE}|{_PLACE}|{_NUMBER}|{_BEFORE}.*)$"
)
_MOST_NOTES = 4
_USUAL_ENDS = ("公司", "合作社", "店", "厂", "部", "行", "馆")
_WITH_TEXT_BEHIND = ("公司", "合作社")

_ENGLISH = r"(?:(?:PTE|PTY|CO|COMPANY)[.,\s]*)?(?:LTD|LIMITED)|(?:CO|COMPANY)[.,\s]*INC|INC(?:ORPORATED)?|CORP(?:ORATION)?|L\.?L\.?C|GMBH|PLC|COMPANY"
_MAY_BE_ENGLISH = r"(?i)(?:LTD|LIMITED|INC|INCORPORATED|CORP|CORPORATION|L\.?L\.?C|GMBH|PLC|COMPANY)[\s.]*$"
_ENGLISH_FORM = rf"(?i)^(.*?[\p{{Han}})）]|.*?[\p{{L}}\p{{N}}][\s,.]+)\s*(?:{_ENGLISH})[\s.]*$"


def without_notes(text: str) -> str:
    """A simplified name without the notes before and behind it.

    A bracket behind the legal form is a note, unless it is part of the form or names a branch; without a legal form before it
    only where it says so (已注销, 原…, a year).

    >>> without_notes('恒禾电子有限公司(已注销)'), without_notes('恒禾电子有限公司2023年')
    ('恒禾电子有限公司', '恒禾电子有限公司')
    >>> without_notes('恒禾管理合伙企业(有限合伙)'), without_notes('恒禾商贸有限公司(石桥店)')
    ('恒禾管理合伙企业(有限合伙)', '恒禾商贸有限公司(石桥店)')
    """
    if "(" not in text and not text[:1].isdigit() and text.endswith(_USUAL_ENDS):
        return text
    for _ in range(_MOST_NOTES):
        shorter = _without_one(text)
        if shorter == text:
            break
        text = shorter
    return text


def _without_one(text: str) -> str:
    if (front := _IN_FRONT.match(text)) and (front[1] is None or _NOTE_INSIDE.match(front[1])):
        return text[front.end() :]
    if "(" not in text and not any(form in text for form in _WITH_TEXT_BEHIND):
        return text
    if (behind := _AT_END.match(text)) and (behind[1].endswith("公司") or not _FORM_IN_BRACKETS.search(text)):
        name, note = behind.groups()
        if _NOTE_INSIDE.match(note) or (_FORM.search(name) and not _BRANCH.search(note)):
            return name
    if (state := _STATE_BEHIND_NOTE.match(text)) is not None:
        return state[1]
    if (cut := _OPEN_AT_END.match(text)) and _FORM.search(cut[1]):  # the field was too short for the note
        return cut[1]
    return after[1] if (after := _BEHIND_FORM.match(text)) else text


def with_chinese_form(values: pa.StringArray) -> pa.StringArray:
    """Folded names with an English legal form at their end as the Chinese one: Co., Ltd. as 有限公司."""
    english = pc.match_substring_regex(values, _MAY_BE_ENGLISH)
    if not pc.any(english).as_py():
        return values
    spelled = pc.replace_substring_regex(values.filter(english), _ENGLISH_FORM, r"\1有限公司")
    spelled = pc.replace_substring_regex(spelled, r"[\s,.]+有限公司$", "有限公司")
    spelled = pc.replace_substring_regex(spelled, r"有限公司有限公司$", "有限公司")
    return pc.replace_with_mask(values, english, spelled)
