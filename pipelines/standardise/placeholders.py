"""What stands in a cell that says nothing: words of people, words of programs, numbers typed to satisfy a form.

Every standardiser asks here first, so that an empty cell is empty under whatever name. A placeholder that passes for a
value agrees with every other one, and agreement between strangers merges them. Belongs here: the lists and the rule for
numbers. Does not: what a cell means that does say something.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.standardise.folding import fold

NOTHING = frozenset(
    "无 暂无 没有 空 空白 空值 缺 暂缺 缺失 略 不详 不祥 不明 不知 不知道 不清楚 不清 未详 未知 待定 待补 待补充 待核 待核实 待查 待完善 "
    "待填 未提供 未登记 未留 未填 未填写 未采集 未录入 未核实 无信息 无数据 无记录 无法提供 无法采集 不便提供 不便透露 不愿透露 不愿提供 拒绝提供 "
    "拒绝透露 保密 同上 同前 上同 同左 同右 见上 同上栏 同上行 如上 如前 以下空白 见备注 详见备注 详见附件 见附件 "
    "NULL NUL NONE NIL NAN NAT NA N/A N\\A #N/AN/A \\N \\\\N /N UNDEFINED UNKNOWN UNK EMPTY BLANK MISSING NULLNULL NOTAPPLICABLE NOTAVAILABLE "
    "NOTPROVIDED TBD DBNULL NULLPTR N.A NONENONE DITTO 1.#QNAN 1.#IND -1.#IND INF -INF".split()
)
"""Words for nothing in any column. Compared after folding, blanks and enclosing marks dropped, Latin in capitals."""

NOBODY = NOTHING | frozenset(
    "匿名 匿名者 匿名用户 匿名市民 未知姓名 姓名不详 姓名未知 无名氏 无名 佚名 不愿透露姓名 市民 群众 热心市民 热心群众 路人 居民 村民 游客 网友 "
    "本人 户主 业主 房东 租客 租户 住户 同户主 某某 某人 某某某 测试 先生 女士 小姐 来电人 无此人 查无此人 无姓名 暂无姓名 无名字 未命名 佚 空户 无户主 没人 无人 搬走 已搬走 管理员 系统管理员 操作员 "
    "ADMIN ADMINISTRATOR ROOT SYSTEM USER GUEST TRUE FALSE ANONYMOUS TEST XXX XX X".split()
)
"""What is written where a person's name is not known or not given."""

NO_ENTERPRISE = NOTHING | frozenset("无名 无单位 无工作单位 无业 待业 失业 退休 务农 自由职业 个体 个体户 学生".split())
"""What is written where there is no enterprise."""

NO_ADDRESS = NOTHING | frozenset(
    "无固定住所 无固定住址 无固定地址 无固定居所 无住所 无住址 无居所 无地址 居无定所 住无定所 住所不定 住址不定 不固定 流浪 地址不详 住址不详 "
    "住所不详 地址未知 地址不明 住址不明 同户籍 同户籍地 同户籍地址 同户口 同户口地址 同户口所在地 同身份证 同身份证地址 同身份证住址 见身份证 "
    "同现住址 同现住地 同居住地 同居住地址 同住址 同地址 同上址 同上地址 本地 本市 本区 本县 外地 外省 外市 户口所在地 户籍所在地 户籍地 与户籍一致 与身份证一致 流动 TRUE FALSE".split()
)
"""What is written where there is no address, or where it stands in another cell."""

_OTHER_CELL = "户籍|户口|身份证|现住|居住|常住|暂住|家庭|单位|本人|父亲?|母亲?|父母|户主|配偶|丈夫|妻子|房东|备注|附件|左|右|前|上"
_NO_PLACE = (
    r"^(?:暂?无|没有|未知|不详|不明|缺)(?:固定|具体|详细|准确|有效|门牌)?(?:的)?(?:住所|住址|地址|住处|居所|居住地|门牌号?码?|房屋|房产|住房)(?:信息|登记)?$"
    rf"|^(?:同|见|详见|参见|与)(?:{_OTHER_CELL})+(?:地址?|住址|所在地|住所|一致|相同|一样|栏|行|表)*$"
)
"""Addresses that say that there is none, or that it stands elsewhere, in the words of whoever typed them."""

_SPREADSHEET_ERROR = (
    r"^(?:#(?:N/?A|REF|VALUE|NAME|NUM|NULL|DIV/?0|SPILL|CALC|FIELD|BLOCKED|CONNECT|UNKNOWN|BUSY|GETTING_DATA|PYTHON|ERR(?:OR)?)"
    r"[!?]*|ERR:[0-9]{3})$"
)
_ENCLOSING = r"^[\s\"'“”‘’`=(\[{<【〔《〈「『]+|[\s\"'“”‘’`)\]}>】〕》〉」』。.,，;；]+$"
_NOTE = r"^([^(\[【<]{1,8})[(\[【<][^()]*$"
_SAYS_NOTHING = r"^[^\p{L}\p{N}?*\p{Co}\x{FFFD}]*$"
_LONGEST_WORD = 24
_WORDS = {words: pa.array(sorted(words)) for words in (NOTHING, NOBODY, NO_ENTERPRISE, NO_ADDRESS)}
_FIRST = "".join(sorted({word[0] for words in _WORDS for word in words if word[0].isalpha()}))
_BEGINS = frozenset(_FIRST + _FIRST.lower() + "Ee") | {chr(c) for c in range(ord("Ａ"), ord("ｚ") + 1)}
"""How a placeholder begins, beside what is neither letter nor digit: all other cells are passed over at the first character."""
_BEGINNING_OF_A_NUMBER = "1.#"


def said(values: pa.StringArray, nothing: frozenset[str] = NOTHING) -> pa.StringArray:
    """The values, with '' for each that stands for nothing.

    Args:
        values: raw or folded cells, never null.
        nothing: the words that count, of those declared above. Errors of spreadsheets and cells without a letter or digit
            always count.

    >>> said(pa.array(['#N/A', '( null )', '王芳', '——', '同 上'])).to_pylist()
    ['', '', '王芳', '', '']
    """
    likely = _begins(values, lambda first: first in _BEGINS or not _is_word(first))
    likely = pc.or_(likely, pc.starts_with(values, _BEGINNING_OF_A_NUMBER))
    likely = pc.and_(likely, pc.less_equal(pc.utf8_length(values), _LONGEST_WORD))
    cells = fold(values.filter(likely))
    if not len(cells):
        return values
    key = pc.replace_substring(pc.replace_substring_regex(pc.utf8_upper(cells), _ENCLOSING, ""), " ", "")
    key = pc.replace_substring_regex(key, _NOTE, r"\1")
    word = pc.or_(pc.is_in(key, value_set=_WORDS[nothing]), pc.match_substring_regex(key, _SPREADSHEET_ERROR))
    if nothing is NO_ADDRESS:
        word = pc.or_(word, pc.match_substring_regex(key, _NO_PLACE))
    odd = _begins(cells, lambda first: not _is_word(first))
    if pc.any(odd).as_py():  # an expression over all of Unicode is read anew for every column: not for one it can't fit
        word = pc.or_(word, pc.and_(odd, pc.match_substring_regex(cells, _SAYS_NOTHING)))
    return pc.replace_with_mask(values, likely, pc.if_else(word, "", values.filter(likely)))


def _begins(values: pa.StringArray, how: Callable[[str], bool]) -> pa.BooleanArray:
    """Which values begin with a character of a sort; '' is the first character of an empty one."""
    first = pc.utf8_slice_codeunits(values, 0, 1)
    return pc.is_in(first, value_set=pa.array([c for c in pc.unique(first).to_pylist() if how(c)], pa.string()))


def _is_word(character: str) -> bool:
    """Whether it is a letter or a digit of any script."""
    return character != "" and unicodedata.category(character)[0] in "LN"


_FEWEST_REPEATS = 3
_FEWEST_DIGITS = 8
_ROWS = "0123456789" * 3 + " " + "9876543210" * 3
_NO_PART = re.compile(r"[^0-9A-Za-z]")


def is_made_up(characters: str) -> bool:
    """Whether a number was typed to satisfy a form: one digit or a short block again and again, or a row of neighbours.

    Args:
        characters: a number as it is written; what is neither digit nor letter is not looked at, nor a last X.

    >>> is_made_up('000000000000000000'), is_made_up('123456789012345678'), is_made_up('121212121212121')
    (True, True, True)
    >>> is_made_up('11010519491231002X')
    False
    """
    core = characters if characters.isascii() and characters.isalnum() else _NO_PART.sub("", characters)
    core = core.upper().rstrip("X") or core[:1]
    if len(core) < _FEWEST_DIGITS:
        return len(set(core)) <= 1
    if core[:_FEWEST_DIGITS] in _ROWS and core in _ROWS:
        return True
    return any(core.startswith(core[block:]) for block in range(1, len(core) // _FEWEST_REPEATS + 1))
