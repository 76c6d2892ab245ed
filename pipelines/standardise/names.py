"""Names of persons: what is written, whom it names, and the keys names are compared by.

Belongs here: how Chinese, minority and Latin names are written, damaged and left out. Does not: enterprise names, and
whether two names are one person's (that is `pipelines.matching`).
"""

from __future__ import annotations

import re

import pyarrow as pa
import pyarrow.compute as pc

from connectors.moved_characters import all_at_home
from pipelines.standardise.characters import simplified, syllables, without_marks
from pipelines.standardise.folding import fold, none_longer, without_markup
from pipelines.standardise.placeholders import NOBODY, said
from pipelines.standardise.surnames import COMPOUND, READINGS, SINGLE, surname_of

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
_NO_PART_OF_A_KEY = str.maketrans("", "", " ·,.-'’‘`")
_LONGEST = 100
"""Characters a name may have; longer text names nobody."""

_NEWBORN_IN_BRACKETS = r"^\p{Han}{2,}之[^()]{0,3}[子女婴儿孩宝胎][^()]{0,3}\([^()]{1,4}\)$"
_NEWBORN = re.compile(r"^(.{2,}之)(.{0,3}?)([子女婴儿孩宝胎])(.{0,4})$")
_RANKS = {rank: str(n) for n, ranks in enumerate(("大长甲A1一", "小次乙B2二", "丙C3三"), start=1) for rank in ranks}

FULL, SURNAME_ONLY, DAMAGED = "full", "surname_only", "damaged"


def _nobody(name: str) -> bool:
    return name.upper() in NOBODY


def _of_newborn(name: str) -> tuple[str, str | None]:
    """The key and the sex of a child named after its mother, its rank among twins as a number.

    >>> _of_newborn('孟晓岚之子大'), _of_newborn('孟晓岚之次女'), _of_newborn('孟晓岚')
    (('孟晓岚之子1', '男'), ('孟晓岚之女2', '女'), ('孟晓岚', None))
    """
    match = _NEWBORN.match(name)
    if match is None:
        return name, None
    mother, before, child, behind = match.groups()
    rank = next((_RANKS[c] for c in (before + behind).upper() if c in _RANKS), "")
    return mother + child + rank, {"子": "男", "女": "女"}.get(child)


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
    if "之" in text:
        sex = sex or _of_newborn(text)[1]
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


def _keys(names: list[str]) -> list[str]:
    keys = [name.translate(_NO_PART_OF_A_KEY) for name in without_marks(simplified(names))]
    return [(_of_newborn(key)[0] if "之" in key else key).upper() for key in keys]


def standardise_names(values: pa.StringArray) -> pa.Table:
    """Standardise person names.

    Args:
        values: distinct raw names, never null.

    Returns:
        One row per value: `name` (NFKC, no blanks between Chinese characters, one dot form, `?` for lost characters;
        null where it names nobody), `name_form` (full, surname_only, damaged), `name_key` (simplified, without dots,
        commas and blanks, Latin in capitals without accents, of children without a name the mother's and their rank), `name_pinyin` (syllables of the key, no tones), `surname`, `title_sex` (男, 女 where a
        title such as 先生 tells). All null where `name` is.
    """
    text = fold(said(none_longer(all_at_home(without_markup(values)), _LONGEST), NOBODY))
    newborn = pc.match_substring_regex(text, _NEWBORN_IN_BRACKETS)
    if pc.any(newborn).as_py():
        text = pc.if_else(newborn, pc.replace_substring_regex(text, r"[()]", ""), text)
    text = pc.replace_substring_regex(text, _NOTE, "")
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
    keys = _keys([str(read[i][0]) for i in named])
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
