"""Names of persons: what is written, whom it names, and the keys names are compared by.

Belongs here: how Chinese, minority and Latin names are written, damaged and left out. Does not: enterprise names, and
whether two names are one person's (that is `pipelines.matching`).
"""

from __future__ import annotations

import re

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.standardise.characters import simplified, syllables
from pipelines.standardise.folding import fold
from pipelines.standardise.surnames import COMPOUND, READINGS, SINGLE, surname_of

NAMES_NOBODY = frozenset(
    "匿名 匿名者 匿名用户 匿名市民 未知 未知姓名 无名氏 无名 佚名 不详 不祥 不明 不知 不清楚 未详 无 暂无 没有 空 空白 待定 待补 待核实 未提供 未登记 未留 "
    "未填 未填写 不愿透露 不愿透露姓名 不便透露 保密 市民 群众 热心市民 热心群众 路人 居民 村民 游客 网友 本人 户主 业主 房东 租客 租户 住户 同上 同前 "
    "某某 某人 某某某 测试 先生 女士 小姐 来电人 NULL NONE NA N/A NAN UNKNOWN ANONYMOUS TEST XXX XX X".split()
)
"""What is written where a name is not known or not given. Compared after folding, blanks dropped, Latin in capitals."""

TITLES = (
    "先生 女士 小姐 太太 阿姨 叔叔 大爷 大妈 大娘 大伯 大哥 大姐 大叔 大婶 奶奶 爷爷 婆婆 伯伯 师傅 老师 经理 老板 主任 书记 医生 同志 姑娘 某某 某"
).split()
MALE_TITLES = frozenset("先生 叔叔 大爷 大伯 大哥 大叔 爷爷 伯伯".split())
FEMALE_TITLES = frozenset("女士 小姐 太太 阿姨 大妈 大娘 大姐 大婶 奶奶 婆婆 姑娘".split())

_DOTS = r"[·•‧．.・●∙⋅⸱･ᐧ﹒᛫‣◦⚫。]+"
_LOST = r"[〓*□■◇\x{FFFD}\x{FF0A}\x{E000}-\x{F8FF}\x{F0000}-\x{10FFFD}]"
_NOTE = r"[\(\[【〔<《{].*$"
_SECOND_NAME = r"^(\p{Han}{2,}[^、,;/]*)[、,;/].*$"
_TITLE = re.compile(f"^(.+?)({'|'.join(TITLES)})$")
_LOST_DOT = re.compile(r"(?<=[\u3400-\u9fff]{2})\?(?=[\u3400-\u9fff]{2})")
_NO_LETTER = r"^[^\p{L}]*$"

FULL, SURNAME_ONLY, DAMAGED = "full", "surname_only", "damaged"


def _nobody(name: str) -> bool:
    return name.upper() in NAMES_NOBODY


def _is_surname(text: str) -> bool:
    return text in SINGLE or text in COMPOUND


def read_name(text: str) -> tuple[str | None, str | None, str | None]:
    """Name, form and the sex a title tells, of text that is folded, has one dot form and `?` for lost characters.

    >>> read_name('王先生'), read_name('张伟女士'), read_name('匿名'), read_name('冯富?')
    (('王先生', 'surname_only', '男'), ('张伟', 'full', '女'), (None, None, None), ('冯富?', 'damaged', None))
    >>> read_name('买买提?库尔班')  # a lost dot, not a lost character
    ('买买提·库尔班', 'full', None)
    """
    if _nobody(text):
        return None, None, None
    text = _LOST_DOT.sub("·", text) if "?" in text and len(text) >= 5 else text
    sex = None
    if found := _TITLE.match(text):
        bare, title = found.groups()
        sex = "男" if title in MALE_TITLES else "女" if title in FEMALE_TITLES else None
        if _is_surname(bare):
            return text, SURNAME_ONLY, sex
        if len(title) > 1 and len(bare) > 1 and title != "某某":
            text = bare
        else:
            sex = None
    if len(text) == 1 and _is_surname(text):
        return text, SURNAME_ONLY, None
    if len(text) == 2 and text[0] in "老小" and text[1] in SINGLE:
        return text, SURNAME_ONLY, None
    return text, DAMAGED if "?" in text else FULL, sex


def _surname(name: str, form: str) -> str:
    if form == SURNAME_ONLY:
        bare = found.group(1) if (found := _TITLE.match(name)) else name
        return bare[-1] if len(bare) == 2 and bare not in COMPOUND else bare
    return surname_of(name)


def _reading(name: str, surname: str, plain: str) -> str:
    """`plain` with the surname's own reading in front, where it has one."""
    own = READINGS.get(surname)
    if own is None or not name.startswith(surname):
        return plain
    return " ".join([own, *plain.split()[len(surname) :]])


def standardise_names(values: pa.StringArray) -> pa.Table:
    """Standardise person names.

    Args:
        values: distinct raw names, never null.

    Returns:
        One row per value: `name` (NFKC, no blanks between Chinese characters, one dot form, `?` for lost characters;
        null where it names nobody), `name_form` (full, surname_only, damaged), `name_key` (simplified, without dots and
        blanks, Latin in capitals), `name_pinyin` (syllables of the key, no tones), `surname`, `title_sex` (男, 女 where a
        title such as 先生 tells). All null where `name` is.
    """
    text = pc.replace_substring_regex(fold(values), _NOTE, "")
    text = pc.replace_substring_regex(text, _SECOND_NAME, r"\1")
    text = pc.replace_substring_regex(text, r"(\p{Han}|[·•‧.・?〓*□]) +", r"\1")
    text = pc.replace_substring_regex(text, r" +(\p{Han}|[·•‧.・?〓*□])", r"\1")
    text = pc.replace_substring_regex(text, _DOTS, "·")
    text = pc.replace_substring_regex(text, _LOST, "?")
    text = pc.utf8_trim(text, " ·,，、;:/-_'\"")
    letters = pc.invert(pc.match_substring_regex(text, _NO_LETTER))

    read = [
        read_name(t) if ok else (None, None, None) for t, ok in zip(text.to_pylist(), letters.to_pylist(), strict=True)
    ]
    named = [i for i, (name, _, _) in enumerate(read) if name is not None]
    keys = [k.replace("·", "").replace(" ", "").upper() for k in simplified([str(read[i][0]) for i in named])]
    surnames = [_surname(key, str(read[i][1])) for i, key in zip(named, keys, strict=True)]
    readings = [_reading(k, s, p) for k, s, p in zip(keys, surnames, syllables(keys), strict=True)]

    def laid_out(found: list[str]) -> pa.Array:
        column: list[str | None] = [None] * len(read)
        for place, value in zip(named, found, strict=True):
            column[place] = value
        return pa.array(column, pa.string())

    return pa.table(
        {
            "name": pa.array([name for name, _, _ in read], pa.string()),
            "name_form": pa.array([form for _, form, _ in read], pa.string()),
            "name_key": laid_out(keys),
            "name_pinyin": laid_out(readings),
            "surname": laid_out(surnames),
            "title_sex": pa.array([sex for _, _, sex in read], pa.string()),
        }
    )
