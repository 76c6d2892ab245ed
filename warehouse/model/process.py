"""How events were handled: stages, time limits, findings.

Belongs here: the contracts of these tables. Does not: how they are made (`pipelines.resolution.processes`).
"""

from __future__ import annotations

import pyarrow as pa

from warehouse.model.table import Column, Table

S, I, F, B, T = pa.string(), pa.int64(), pa.float64(), pa.bool_(), pa.timestamp("us")

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
        Column("basis", S, "依据：same_door same_shop says_again names_ticket", "What tells: the same door, the same shop, a report that says so at the same building, the number of a ticket", nullable=False),
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

TABLES = (EVENT_STAGE, EVENT_DEADLINE, STAGE_FAULT, EVENT_EVENT, EVENT_COMPONENT)
"""All of them."""

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
"""Made by the release from the tables above."""
