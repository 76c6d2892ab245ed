"""Chinese words for the codes the tables hold, so that people who think in Chinese never meet `legal_rep`.

Belongs here: codes of One Network itself. Does not: code tables of the platforms (`catalogue.code`). A code that is not
listed is shown as it is: a platform may name a role nobody thought of.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

from warehouse.model.data_model import DataModel
from warehouse.model.english import english

ROLE = {
    "subject": "本体",
    "owner": "权利人",
    "co_owner": "共有人",
    "householder": "户主",
    "landlord": "出租人",
    "tenant": "承租人",
    "guardian": "监护人",
    "legal_rep": "法定代表人",
    "manager": "负责人",
    "caller": "来电人",
    "secretary": "书记",
    "holder": "持证人",
    "holder_enterprise": "持证单位",
    "owner_enterprise": "权利单位",
    "co_owner_enterprise": "共有单位",
    "landlord_enterprise": "出租单位",
    "tenant_enterprise": "承租单位",
    "builder": "建设单位",
    "member": "网格人员",
}
REASON = {
    "authority": "来源最权威",
    "newest": "主张最新",
    "majority": "多数平台一致",
    "complete": "内容最完整",
    "invalid": "值无效",
    "only": "唯一主张",
    "ended": "已终止",
    "superseded": "本方已确认有误",
}
COMPARISON = {
    "equal": "一致",
    "equivalent": "写法不同",
    "incomplete": "不完整",
    "incomparable": "口径不同",
    "differs": "不一致",
    "invalid": "无效",
    "missing": "缺失",
    "unvalued": "无主记录值",
    "superseded": "已取代",
}
VERIFICATION_STATE = {
    "accepted": "已采纳",
    "declined": "不需更正",
    "open": "校核中",
    "confirmed": "数源部门维持",
    "conceded": "数源部门撤回",
    "withdrawn": "已撤销",
    "superseded": "已重新答复",
}
LEVEL = {"city": "市", "street": "街道（镇）", "community": "社区（村）", "grid": "网格"}
EVENT = {"born": "新生", "merged_into": "并入", "split_from": "拆自", "withdrawn": "撤回"}
STATE = {"landed": "已落地", "rejected": "已退回", "held": "待确认", "refused": "不采用"}
OUTCOME = {
    "accepted": "采纳",
    "review": "待核",
    "cut": "拆开",
    "passed": "通过",
    "failed": "未通过",
    "error": "未能执行",
}
VERDICT = {"same": "相同", "different": "不同", "unsure": "不确定", "withdrawn": "撤销"}
JUDGEMENT_STATE = {"in_force": "生效", "open": "未定", "superseded": "已被取代", "contradictory": "相互矛盾"}
SEVERITY = {"critical": "阻断", "warning": "警告"}
CADENCE = {
    "realtime": "实时",
    "daily": "每日",
    "weekly": "每周",
    "monthly": "每月",
    "quarterly": "每季",
    "yearly": "每年",
}
SEMANTICS = {"snapshot": "全量", "delta": "增量"}
SHARING = {"unconditional": "无条件共享", "conditional": "有条件共享", "none": "不予共享"}
BALANCE = {"under": "偏小", "within": "适中", "over": "偏大"}
STAGE = {
    **{"reported": "发现", "registered": "立案", "dispatched": "派遣", "handled": "处置", "verified": "核查", "closed": "结案"},
    **{"returned": "退回", "extended": "延期", "suspended": "挂起", "urged": "督办", "void": "作废"},
}
GOVERNS_BECAUSE = {"competent": "主管平台最早", "second_competent": "次主管平台最早", "earliest": "各平台最早"}
COUNTED_BY = {"ticket": "按工单", "event": "按事件"}
FOLLOWS = {"recurs": "复发", "reported_again": "再次反映"}
BASIS = {
    **{"same_mark": "同一车牌或杆号", "same_component": "同一部件", "same_door": "同一门户", "same_shop": "同一店铺"},
    **{"says_again": "反映中称复发", "same_size": "同一楼栋尺寸相同", "names_ticket": "注明原工单"},
}
GRID_CHANGE = {"recoded": "编码变更", "merged": "合并", "split": "拆分", "ended": "撤销"}
BROUGHT_ABOUT_BY = {
    **{"street_recoded": "街道代码变更", "community_recoded": "社区代码变更"},
    **{"community_merged": "社区合并", "community_split": "社区拆分", "none": "无"},
}
CHANGE_BASIS = {"declared": "网格划分注明", "same_name": "同名同街道", "gone": "未注明"}
GIVEN_BY = {"list": "清单", "shape": "图形", "both": "清单与图形", "none": "未给出"}
BOUNDARY = {"several": "分属多个网格", "none": "无网格覆盖", "undecided": "无法判定"}
PROPOSAL = {"split": "拆分", "join": "并入", "no_partner": "无可并网格"}
COMPONENT_FAULT = {"number": "标识码不是16位数字", "class": "类别码与名称不符", "double": "重复普查", "grid": "网格与位置不符"}
FOUR_FULL = {"coverage": "全覆盖", "content": "全内容", "participation": "全参与", "process": "全过程"}
AREA_BASIS = {"same": "编码相同", "former": "原编码", "declared": "本市声明", "observed": "按实际位置", "unknown": "不明"}
CARE_BASIS = {"delivered": "平台提供", "derived": "推算"}
CHANNEL = {"grid": "网格员", "citizens": "市民", "officers": "部门人员"}
TICKET_KIND = {
    **{"incident": "事件", "consultation": "咨询", "praise": "表扬", "test": "测试", "routine": "日常巡查"},
    "nothing_found": "未发现问题",
}
ROUTING = {
    **{"right": "正确", "wrong": "错误", "by_territory": "属地派遣", "unlisted": "清单未列", "sent_back": "被退回"},
}
SATISFACTION = {
    **{"satisfied": "满意", "rather_satisfied": "基本满意", "dissatisfied": "不满意", "unrated": "未评价"},
}
ASSIGNMENT = {"assigned": "明确", "ambiguous": "多头", "empty": "空白"}
FINDING = {"low": "偏低", "high": "偏高"}
REPORTING = {
    **{"heard_share": "上报率", "hidden_share": "漏报类上报率", "easy_share": "易办件占比", "spot_share": "易办件即办即结率"},
    "resident_rate": "居民反映率",
}
PERIOD = {"month": "每月", "quarter": "每季", "year": "每年", "once": "一次性"}
FORMAT = {
    **{"delimited": "分隔文本", "workbook": "工作簿", "ndjson": "逐行 JSON", "json": "JSON", "xml": "XML"},
    **{"geojson": "GeoJSON", "sql": "数据库"},
}
FRESHNESS = {"fresh": "及时", "due": "待更新", "overdue": "逾期", "never": "未交付"}
_WORDS: Mapping[str, Mapping[str, str]] = {
    "role": ROLE,
    "left_role": ROLE,
    "right_role": ROLE,
    "reason": REASON,
    "comparison": COMPARISON,
    "level": LEVEL,
    "event": EVENT,
    "state": STATE,
    "outcome": OUTCOME,
    "verdict": VERDICT,
    "judgement_state": JUDGEMENT_STATE,
    "verification_state": VERIFICATION_STATE,
    "severity": SEVERITY,
    "cadence": CADENCE,
    "semantics": SEMANTICS,
    "sharing": SHARING,
    "household_balance": BALANCE,
    "person_balance": BALANCE,
    "freshness": FRESHNESS,
    "stage": STAGE,
    "governs_because": GOVERNS_BECAUSE,
    "counted_by": COUNTED_BY,
    "basis": {**BASIS, **CHANGE_BASIS, **AREA_BASIS, **CARE_BASIS},
    "change": GRID_CHANGE,
    "given_by": GIVEN_BY,
    "finding": {**BOUNDARY, **FINDING},
    "proposal": PROPOSAL,
    "fault": COMPONENT_FAULT,
    "measure": {**FOUR_FULL, **REPORTING},
    "brought_about_by": BROUGHT_ABOUT_BY,
    "channel": CHANNEL,
    "ticket_kind": TICKET_KIND,
    "routing": ROUTING,
    "assignment": ASSIGNMENT,
    "satisfaction": SATISFACTION,
    "period": PERIOD,
    "format": FORMAT,
    "subject": ROLE,
}
"""Column name → code → Chinese word, of codes that do not depend on the kinds."""

_CLOSED: Mapping[str, Mapping[str, str]] = {
    "base.grid.level": LEVEL,
    "link.history.event": EVENT,
    "evidence.attribute.reason": REASON,
    "evidence.attribute.comparison": COMPARISON,
    "evidence.match.outcome": OUTCOME,
    "quality.verification_request.verification_state": VERIFICATION_STATE,
    "evidence.judgement.verdict": VERDICT,
    "evidence.judgement.judgement_state": JUDGEMENT_STATE,
    "quality.expectation.outcome": OUTCOME,
    "quality.expectation.severity": SEVERITY,
    "quality.reconciliation.state": STATE,
    "quality.grid_balance.household_balance": BALANCE,
    "quality.grid_balance.person_balance": BALANCE,
    "catalogue.platform.cadence": CADENCE,
    "catalogue.platform.semantics": SEMANTICS,
    "catalogue.platform.sharing": SHARING,
    "catalogue.platform.freshness": FRESHNESS,
    "catalogue.platform.format": FORMAT,
    "base.event_stage.stage": STAGE,
    "base.event_deadline.governs_because": GOVERNS_BECAUSE,
    "quality.event_measure.counted_by": COUNTED_BY,
    "base.division.given_by": GIVEN_BY,
    "quality.grid_boundary.finding": BOUNDARY,
    "quality.grid_proposal.proposal": PROPOSAL,
    "quality.component_fault.fault": COMPONENT_FAULT,
    "quality.four_full.measure": FOUR_FULL,
    "quality.four_full.level": LEVEL,
    "base.grid_history.level": LEVEL,
    "link.grid_change.level": LEVEL,
    "link.grid_change.change": GRID_CHANGE,
    "link.grid_change.brought_about_by": BROUGHT_ABOUT_BY,
    "link.grid_change.basis": CHANGE_BASIS,
    "link.area_code.basis": AREA_BASIS,
    "base.care_tag.basis": CARE_BASIS,
    "base.care_tag.sharing": SHARING,
    "catalogue.care_tag.basis": CARE_BASIS,
    "catalogue.care_tag.sharing": SHARING,
    "quality.stage_delay.stage": STAGE,
    "base.event_report.channel": CHANNEL,
    "base.event_report.ticket_kind": TICKET_KIND,
    "base.event_report.routing": ROUTING,
    "base.event_report.satisfaction": SATISFACTION,
    "quality.reporting_by_grid.measure": REPORTING,
    "quality.reporting_by_grid.finding": FINDING,
    "quality.event_route.assignment": ASSIGNMENT,
    "link.benefit.period": PERIOD,
    "link.benefit.sharing": SHARING,
    "link.event_event.relation": FOLLOWS,
    "link.event_event.basis": BASIS,
}


def relation_words(model: DataModel) -> Mapping[str, str]:
    """Relation → Chinese word, over all ties."""
    ties = {name: relation.zh for table in model.relations for name, relation in table.tie.relations.items()}
    return {**ties, **FOLLOWS}


@cache
def words(model: DataModel) -> Mapping[str, Mapping[str, str]]:
    """Column name → code → Chinese word; the views of schema `一张网` show the words."""
    golden = {column: values for kind in model.kinds for column, values in model.closed(kind).items()}
    return {"entity_kind": model.kind_titles, "relation": relation_words(model), **golden, **_WORDS}


@cache
def closed(model: DataModel) -> Mapping[str, Mapping[str, str]]:
    """Column of the release (or its name in every table) whose codes One Network itself sets, with their words.

    Such a column is an ENUM in the order given here, and nothing else fits in. Labels are in `catalogue.code` under
    `release.<column>`. Roles are none: platforms name those.
    """
    relations = {
        f"{r.table.full_name}.relation": {name: relation.zh for name, relation in r.tie.relations.items()}
        for r in model.relations
    }
    golden = {f"base.{kind}.{column}": values for kind in model.kinds for column, values in model.closed(kind).items()}
    return {"entity_kind": model.kind_titles, **_CLOSED, **relations, **golden}


def labels(model: DataModel) -> Iterator[tuple[str, str, str, str]]:
    """(list of codes, code, Chinese word, English word) of every code the release holds and no platform's code table has.

    Lists are `release.<column>`: of a column in every table or of one column of one table, of roles (`release.role`), and of the
    attributes of every kind (`release.attribute.<kind>`).
    """
    english_of = {
        "entity_kind": {name: kind.title.one or kind.title.en for name, kind in model.kinds.items()},
        **{
            f"{r.table.full_name}.relation": {name: relation.en for name, relation in r.tie.relations.items()}
            for r in model.relations
        },
    }
    for column, values in {**closed(model), "role": ROLE}.items():
        for code, word in values.items():
            en = english_of.get(column, {}).get(code) or english(code) or code.replace("_", " ")
            yield f"release.{column}", code, word, en
    for kind, declared in model.kinds.items():
        for name, attribute in declared.attributes.items():
            yield f"release.attribute.{kind}", name, model.title(kind, name), attribute.en
