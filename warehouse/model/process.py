"""How events were handled: stages, time limits, findings.

Belongs here: the contracts of these tables. Does not: how they are made (`pipelines.resolution.processes`).
"""

from __future__ import annotations

import pyarrow as pa

from warehouse.model.table import Column, Table

S, I, F, B, T, D = pa.string(), pa.int64(), pa.float64(), pa.bool_(), pa.timestamp("us"), pa.date32()

_TICKET = (
    Column("event_id", S, "事件编号", "Event", nullable=False),
    Column("platform", S, "平台", "Platform of the report", nullable=False),
    Column("ticket", S, "工单编号", "The platform's own number of the ticket"),
    Column("delivery_id", S, "交付批次编号", "Delivery its row came in", nullable=False),
    Column("file_name", S, "文件名", "File", nullable=False),
    Column("sheet_name", S, "工作表名", "Sheet or table", nullable=False),
    Column("row_number", I, "行号", "Row of the file, from 1", nullable=False),
)
_ROW = ("platform", "delivery_id", "file_name", "sheet_name", "row_number")

EVENT_STAGE = Table(
    "base",
    "event_stage",
    "事件环节",
    "Stages of events",
    "one row per report and stage, once for each time it was reached",
    (*_ROW, "stage", "nth"),
    (
        *_TICKET,
        Column("stage", S, "环节：reported registered dispatched handled verified closed returned extended suspended urged void", "Stage by its position in the process: reported (发现), registered (立案), dispatched (派遣), handled (处置), verified (核查), closed (结案), or one beside the order", nullable=False),
        Column("stage_number", I, "环节序号", "1 to 6 in the order of the process; null beside it"),
        Column("nth", I, "第几次", "How many times it was reached so far, from 1: a case sent back is handled twice", nullable=False),
        Column("reached_at", T, "时间", "When, in the city's own time", nullable=False),
        Column("returns", I, "返工次数", "How often the report was sent back after verification, as its platform counts", nullable=False),
        Column("self_handled", B, "是否自行处置", "Its platform says it was dealt with on the spot by who found it", nullable=False),
    ),
)

EVENT_DEADLINE = Table(
    "base",
    "event_deadline",
    "事件时限",
    "Time limits of events",
    "one row per report that states a time limit",
    _ROW,
    (
        *_TICKET,
        Column("event_class", S, "统一类别", "Class of the event"),
        Column("value", F, "时限", "Length of the limit; null where the platform states the moment itself"),
        Column("unit", S, "时限单位", "Its unit: 小时 紧急工作时 工作时 工作日 紧急工作日 自然日; null where the platform states the moment itself"),
        Column("runs_from", T, "起算时间", "When it began to run"),
        Column("due_at", T, "到期时间", "When it runs out"),
        Column("calendar_known", B, "日历是否完整", "false where it runs into a year whose work days are not published yet", nullable=False),
        Column("closed_at", T, "结案时间", "When the report was closed"),
        Column("on_time", B, "是否按期", "Closed by its own limit; null while it is open"),
        Column("is_legal", B, "是否法定", "false for a promise that no rule demands", nullable=False),
        Column("governs", B, "是否适用", "Whether it is the limit that counts for the event", nullable=False),
        Column("governs_because", S, "适用理由：competent second_competent earliest", "Why it counts: the earliest of the competent platform, of the second competent one, or of all others; null where it does not"),
        Column("contradicts", B, "是否矛盾", "Another report of the event states a legal limit of another length or moment", nullable=False),
    ),
)

STAGE_FAULT = Table(
    "quality",
    "stage_fault",
    "流程问题",
    "What breaks the order of stages",
    "one row per report and finding",
    (*_ROW, "fault"),
    (
        *_TICKET,
        Column("fault", S, "问题", "Finding", nullable=False),
        Column("description", S, "说明", "The same in Chinese", nullable=False),
        Column("description_en", S, "英文说明", "The same in English", nullable=False),
    ),
)

EVENT_EVENT = Table(
    "link",
    "event_event",
    "事件关联",
    "Events that follow others",
    "one row per event, earlier event and relation",
    ("event_id", "earlier_event_id", "relation"),
    (
        Column("event_id", S, "事件编号", "Event", nullable=False),
        Column("earlier_event_id", S, "此前事件编号", "Event it follows", nullable=False),
        Column("relation", S, "关系：recurs reported_again", "recurs: the same trouble came back after it was settled; reported_again: a report names a ticket of the earlier one", nullable=False),
        Column("basis", S, "依据：same_mark same_component same_door same_shop says_again same_size names_ticket", "What tells: the same plate or pole number, component, door or shop; a report that says so, or the same measurements, at the same building; the number of a ticket", nullable=False),
        Column("days_after", I, "间隔天数", "Days from the settling of the earlier one to the first report of the later one"),
    ),
)

EVENT_COMPONENT = Table(
    "link",
    "event_component",
    "事件与部件",
    "Events and components",
    "one row per event and component it is about",
    ("event_id", "component_id"),
    (
        Column("event_id", S, "事件编号", "Event", nullable=False),
        Column("component_id", S, "部件编号", "Component whose number a report gives", nullable=False),
        Column("reports", I, "上报数", "Reports that give it", nullable=False),
        Column("platforms", S, "平台", "Platforms that give it, in the order of their names, a blank between two", nullable=False),
    ),
)

EVENT_REPORT = Table(
    "base",
    "event_report",
    "事件工单",
    "Reports of events",
    "one row per report",
    _ROW,
    (
        *_TICKET,
        Column("department", S, "部门代码", "Department of the platform", nullable=False),
        Column("channel", S, "渠道：grid citizens officers", "Who reports: grid staff on their rounds, citizens, or officers of a department", nullable=False),
        Column("ticket_kind", S, "工单性质：incident consultation praise test routine nothing_found", "What it tells of: incident, or what is none", nullable=False),
        Column("event_class", S, "统一类别", "Class of the event"),
        Column("grid_code", S, "网格编码", "Grid of the event"),
        Column("nth_of_event", I, "事件第几单", "The how-manieth report of the event, from 1", nullable=False),
        Column("nth_of_reporter", I, "同一反映人第几单", "The how-manieth of the event by the same telephone number or account, from 1; null where neither is known"),
        Column("reported_at", T, "上报时间", "When it was reported"),
        Column("registered_at", T, "立案时间", "First registered"),
        Column("dispatched_at", T, "派遣时间", "First dispatched"),
        Column("handled_at", T, "首次处置时间", "First handled"),
        Column("verified_at", T, "首次核查时间", "First verified"),
        Column("closed_at", T, "结案时间", "Last closed; null while it is open"),
        Column("dispatches", I, "派遣次数", "How often it was dispatched", nullable=False),
        Column("returns", I, "返工次数", "How often it was sent back after verification", nullable=False),
        Column("extensions", I, "延期次数", "How often its limit was extended", nullable=False),
        Column("self_handled", B, "是否自行处置", "Dealt with on the spot by who found it", nullable=False),
        Column("responsible", S, "承办单位", "Department or unit it was dispatched to, as the platform writes it"),
        Column("routing", S, "派遣核对：right wrong by_territory unlisted sent_back", "The dispatch against the routing table: right, wrong (another department), by_territory (the street or grid of the place), unlisted (the table names none or several), sent_back (by who got it); null where its platform does not say"),
        Column("satisfaction", S, "满意度：satisfied rather_satisfied dissatisfied unrated", "What who complained says; null where nobody is asked"),
        Column("solved", B, "是否解决", "Its platform says the matter is solved; null where it does not say"),
    ),
)

EVENT_ROUTE = Table(
    "quality",
    "event_route",
    "事件权责核对",
    "Who answers for what where",
    "one row per class of the routing table or of an event, and grid",
    ("event_class", "grid_code"),
    (
        Column("event_class", S, "统一类别", "Class", nullable=False),
        Column("grid_code", S, "网格编码", "Grid", nullable=False),
        Column("assignment", S, "权责：assigned ambiguous empty", "assigned (one department answers), ambiguous (several do), empty (none does), on the day of the newest report", nullable=False),
        Column("departments", S, "责任部门", "Departments that answer, 、 between two; null where none does"),
        Column("events", I, "事件数", "Events of the class in the grid", nullable=False),
        Column("dispatches_right", I, "派遣正确数", "First dispatches to the department that answers", nullable=False),
        Column("dispatches_wrong", I, "派遣错误数", "First dispatches to another one, or sent back", nullable=False),
    ),
)

TABLES = (EVENT_STAGE, EVENT_DEADLINE, STAGE_FAULT, EVENT_EVENT, EVENT_COMPONENT, EVENT_REPORT, EVENT_ROUTE)
"""All of them."""

ROUTE = Table(
    "catalogue",
    "route",
    "权责清单",
    "Routing table of events",
    "one row per class, area and department that answers, and day from which it does",
    ("event_class", "area_code", "department", "valid_from"),
    (
        Column("event_class", S, "统一类别", "Class", nullable=False),
        Column("area_code", S, "区域编码", "Code of a street, community or grid, or its beginning; '' for the whole city; the longest counts", nullable=False),
        Column("department", S, "责任部门", "Department that answers, as platforms write it", nullable=False),
        Column("valid_from", D, "起始日期", "First day", nullable=False),
        Column("valid_to", D, "截止日期", "Last day; null until further notice"),
    ),
)
"""What the city declares (`routing.csv`)."""

EVENT_MEASURE = Table(
    "quality",
    "event_measure",
    "事件指标",
    "Measures of the handling of events",
    "one row per measure, platform and way of counting",
    ("measure", "platform", "counted_by"),
    (
        Column("measure", S, "指标代码", "Measure", nullable=False),
        Column("platform", S, "平台，* 为全部", "Platform, * for all together", nullable=False),
        Column("counted_by", S, "口径：ticket event", "ticket: as the bulletins count; event: a pothole filed six times is one", nullable=False),
        Column("title", S, "指标", "Its Chinese name", nullable=False),
        Column("numerator", I, "分子", "Numerator", nullable=False),
        Column("denominator", I, "分母", "Denominator, above 0", nullable=False),
        Column("value", F, "值（0–1）", "Numerator by denominator, 0–1", nullable=False),
        Column("definition", S, "定义", "Its definition in Chinese", nullable=False),
        Column("definition_en", S, "英文定义", "The same in English", nullable=False),
    ),
)

DUPLICATE_REPORT = Table(
    "quality",
    "duplicate_report",
    "重复工单",
    "Reports saved by knowing what is one event",
    "one row per platform, and one for all",
    ("platform",),
    (
        Column("platform", S, "平台，* 为全部", "Platform, * for all together", nullable=False),
        Column("tickets", I, "工单数", "Reports of incidents", nullable=False),
        Column("events", I, "事件数", "Events they tell of", nullable=False),
        Column("saved", I, "可省工单数", "Reports beyond the first of their event", nullable=False),
        Column("events_of_several_platforms", I, "多平台事件数", "Events of them that another platform has too", nullable=False),
        Column("events_with_contradictory_limits", I, "时限矛盾事件数", "Events whose reports state legal limits that contradict", nullable=False),
    ),
)

STAGE_DELAY = Table(
    "quality",
    "stage_delay",
    "环节用时",
    "Where time is lost",
    "one row per platform and stage",
    ("platform", "stage"),
    (
        Column("platform", S, "平台", "Platform", nullable=False),
        Column("stage", S, "环节", "Stage tickets stay in until they reach the next", nullable=False),
        Column("tickets", I, "工单数", "Reports that came to it", nullable=False),
        Column("still_here", I, "滞留数", "Reports that are in it now", nullable=False),
        Column("median_hours", F, "用时中位数（小时）", "Median hours in it, up to now for those still in it", nullable=False),
        Column("ninth_decile_hours", F, "用时九分位数（小时）", "Hours that nine of ten take at most", nullable=False),
        Column("share_of_time", F, "用时占比", "Of all hours of the platform's reports, 0–1"),
        Column("overdue", I, "超期数", "Reports whose legal limit ran out while they were in it", nullable=False),
    ),
)

COMPLAINT = Table(
    "quality",
    "complaint",
    "居民意见跟踪",
    "What citizens complained of, and what answer they got",
    "one row per event that a citizen reported",
    ("event_id",),
    (
        Column("event_id", S, "事件编号", "Event", nullable=False),
        Column("event_class", S, "统一类别", "Class"),
        Column("grid_code", S, "网格编码", "Grid"),
        Column("complaints", I, "反映次数", "Reports of citizens", nullable=False),
        Column("complaints_again", I, "同一人再次反映次数", "Those by a number or account that reported it before", nullable=False),
        Column("channels", I, "渠道数", "Platforms of citizens it was reported on", nullable=False),
        Column("first_complaint_at", T, "首次反映时间", "First report"),
        Column("last_complaint_at", T, "最近反映时间", "Last report"),
        Column("answered_at", T, "首次答复时间", "First of them closed; null while nobody has an answer"),
        Column("unanswered", I, "未答复次数", "Reports of citizens that are open", nullable=False),
        Column("complaints_after_answer", I, "答复后再反映次数", "Reports after the first answer", nullable=False),
        Column("dissatisfied", I, "不满意次数", "Reports whose reporter is dissatisfied", nullable=False),
        Column("hours_to_answer", F, "答复用时（小时）", "From the first report to the first answer"),
        Column("recurs", B, "是否复发", "It is an earlier event come back", nullable=False),
    ),
)

MEASURES = (EVENT_MEASURE, DUPLICATE_REPORT, STAGE_DELAY, COMPLAINT)
"""Made by the release from the tables above."""
