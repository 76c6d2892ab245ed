"""Whom a name and a number name: a person or an enterprise.

Registers of homes, certificates and leases keep both in one column. A number tells by its form: an identity number has 15 or
18 digits with a birth date inside (GB 11643), a credit code has letters and a check character (GB 32100). Where it does not
tell, the name does: names of firms end in a word for what they are, those of public bodies in their sort (住建局, 卫健委).

Belongs here: this decision. Does not: standardising either.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.standardise.distinct import over_distinct
from pipelines.standardise.enterprise.public_bodies import sorts
from pipelines.standardise.folding import fold, without_blanks

ENTERPRISE = "enterprise"

_ORGANISATION = (
    "公司|集团|厂|商行|商店|门店|经营部|营业部|工作室|事务所|合作社|合伙企业|个人独资企业|企业|中心|银行|信用社|医院|卫生院|诊所|药店|学校|小学|中学"
    "|大学|学院|幼儿园|委员会|居委会|村委会|办事处|管理处|政府|管委会|管理局|街道办|协会|学会|基金会|研究院|研究所|超市|宾馆|酒店|饭店|餐厅|酒楼|农场|林场|加油站"
    "|分公司|支行|分行|支公司|分店|店|局|站|所|部|社|队|馆|院"
)
_FIRM = rf"(?:{_ORGANISATION})(?:[(（].*[)）])?$"
_SURE_FIRM = r"公司|合作社|集团|银行|有限合伙|委员会|办事处|事务所|政府$|管理局$|研究院$|个体工商户"
_BODY = rf"(?:{'|'.join(sorted(spelling for spelling in sorts() if len(spelling) > 2))})$"
_PERSON_NUMBER = (
    r"^[1-9][0-9]{5}(?:(?:18|19|20)[0-9]{2}|[0-9]{2})(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9X]?$"
)
_CREDIT_CODE = r"^[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}$"
_HAS_LETTERS = r"[A-Z].*.$"
_OTHER_FIRM_NUMBER = r"^[0-9A-Z]{8}-[0-9X]$|^[0-9]{15}$"
_SHORTEST_FIRM = 5
"""Characters: shorter names that end in 所, 部 or 院 may be those of persons."""


def parties(names: pa.ChunkedArray, numbers: pa.ChunkedArray) -> np.ndarray:
    """Per row whether an enterprise is named, rather than a person.

    Args:
        names: as written; nullable.
        numbers: as written; nullable, as many.

    Returns:
        One boolean per row. A row that names nobody is a person's.
    """
    by_name = over_distinct(names, _firm_by_name).column("is_firm")
    by_number = over_distinct(numbers, _firm_by_number).column("is_firm")
    return pc.fill_null(pc.coalesce(by_number, by_name), False).to_numpy(zero_copy_only=False).astype(bool)


def _firm_by_name(values: pa.StringArray) -> pa.Table:
    folded = without_blanks(fold(values))
    long_enough = pc.greater_equal(pc.utf8_length(folded), _SHORTEST_FIRM)
    ends_so = pc.and_(long_enough, pc.match_substring_regex(folded, _FIRM))
    sure = pc.or_(pc.match_substring_regex(folded, _SURE_FIRM), pc.match_substring_regex(folded, _BODY))
    return pa.table({"is_firm": pc.or_(ends_so, sure)})


def _firm_by_number(values: pa.StringArray) -> pa.Table:
    """Null where the form of a number tells nothing: damaged, masked, or eighteen digits that are no date inside."""
    folded = pc.utf8_upper(without_blanks(fold(values)))
    person = pc.match_substring_regex(folded, _PERSON_NUMBER)
    lettered = pc.and_(pc.match_substring_regex(folded, _CREDIT_CODE), pc.match_substring_regex(folded, _HAS_LETTERS))
    firm = pc.or_(lettered, pc.match_substring_regex(folded, _OTHER_FIRM_NUMBER))
    told = pc.if_else(person, pa.scalar(False), pc.if_else(firm, pa.scalar(True), pa.scalar(None, pa.bool_())))
    return pa.table({"is_firm": told})
