"""What the release says about its own quality."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from warehouse.model.table import Column, Table

S, I, F, B, D = pa.string(), pa.int64(), pa.float64(), pa.bool_(), pa.date32()

RECONCILIATION = Table(
    "quality",
    "reconciliation",
    "行数对账",
    "Balance of rows",
    "one row per delivery, sheet and dataset",
    ("platform", "delivery_id", "dataset", "sheet_name"),
    (
        Column("platform", S, "平台", "Platform", nullable=False),
        Column("department", S, "部门", "Department", nullable=False),
        Column("delivery_id", S, "交付批次编号", "Delivery", nullable=False),
        Column("file_name", S, "文件名", "File", nullable=False),
        Column("sheet_name", S, "工作表名", "Sheet or table", nullable=False),
        Column("dataset", S, "数据集", "Dataset", nullable=False),
        Column("state", S, "状态：landed rejected held refused", "landed, rejected, held (a person is to confirm it; the former one goes on) or refused (by a person)", nullable=False),
        Column("reason_code", S, "退回原因代码", "Why the whole delivery was rejected, is held or refused; of one that stands, what is odd about its scope"),
        Column("reason", S, "原因", "The same in a sentence"),
        Column("rows_delivered", I, "交付行数", "Rows in the file", nullable=False),
        Column("rows_landed", I, "落地行数", "Rows landed", nullable=False),
        Column("rows_rejected", I, "退回行数", "Rows rejected", nullable=False),
        Column("rows_current", I, "现行行数", "Rows that hold now and say since this delivery what they say: neither replaced nor told before", nullable=False),
        Column("last_confirmed_on", D, "最近确认日期", "Date of the newest delivery that still holds these rows: of a snapshot the newest of its scope; null where there are none, or it has no date"),
        Column("mentions_expected", I, "应有提及数", "Roles of current rows with something to identify them", nullable=False),
        Column("mentions_undecided", I, "未定角色数", "Filled roles of current rows whose condition holds for none of the roles that could be meant: no mention", nullable=False),
        Column("mentions_resolved", I, "已归属提及数", "Lines of link.mention", nullable=False),
        Column("balanced", B, "是否平衡", "delivered = landed + rejected and expected = resolved", nullable=False),
    ),
)

EXPECTATION = Table(
    "quality",
    "expectation",
    "质量检查",
    "Results of the checks",
    "one row per suite and expectation",
    ("suite", "expectation"),
    (
        Column("suite", S, "检查组", "Suite, named after the table it checks", nullable=False),
        Column("expectation", S, "检查项", "Name of the check", nullable=False),
        Column("description", S, "说明", "What must hold, in Chinese", nullable=False),
        Column("description_en", S, "英文说明", "What must hold, in English"),
        Column("column", S, "列", "Column checked, where one is"),
        Column("severity", S, "严重程度：critical warning", "critical blocks the release, warning is published", nullable=False),
        Column("outcome", S, "结果：passed failed error", "passed, failed, or error (it could not run)", nullable=False),
        Column("checked", I, "检查数", "Rows checked"),
        Column("unexpected", I, "不符数", "Rows that break it"),
    ),
)

FAILING_ROW = Table(
    "quality",
    "failing_row",
    "不符行",
    "Rows that break a check",
    "one line per check and row that breaks it; per check the first 1,000 in the order of their keys",
    (),
    (
        Column("suite", S, "检查组", "Suite, see quality.expectation", nullable=False),
        Column("expectation", S, "检查项", "Check, see quality.expectation, which has the full count", nullable=False),
        Column("column", S, "列", "Column at fault, where one is"),
        Column("platform", S, "平台", "Platform of the source row"),
        Column("delivery_id", S, "交付批次编号", "Delivery of the source row"),
        Column("file_name", S, "文件名", "File of the source row"),
        Column("sheet_name", S, "工作表名", "Sheet or table of the source row, '' if none"),
        Column("row_number", I, "数据行号", "Data row in that file and sheet"),
        Column("role", S, "角色", "Role of the mention in the row, where a mention is at fault"),
        Column("entity_id", S, "实体编号", "Entity at fault, where the row is one of an entity"),
    ),
)
"""Keys of the rows at fault, never their values: whoever may see a row finds it by its key."""

FALL = Table(
    "quality",
    "fall",
    "提及骤减",
    "Mentions that fell",
    "one row per platform and kind of which a candidate release has less than the declared share of the library's mentions",
    ("platform", "entity_kind"),
    (
        Column("fall_id", S, "编号", "What a person confirms; the same for all kinds of the platform", nullable=False),
        Column("platform", S, "平台", "Platform", nullable=False),
        Column("entity_kind", S, "实体类型", "Kind", nullable=False),
        Column("mentions_before", I, "原提及数", "Mentions in the library", nullable=False),
        Column("mentions_now", I, "现提及数", "Mentions in the candidate", nullable=False),
        Column("min_share", F, "约定比例", "Share that is declared plausible", nullable=False),
    ),
)

SCORECARD = Table(
    "quality",
    "scorecard",
    "质量评分",
    "Quality of what platforms claim (GB/T 36344)",
    "one row per platform, attribute and month of the claims",
    ("platform", "entity_kind", "attribute", "month"),
    (
        Column("platform", S, "平台", "Platform", nullable=False),
        Column("department", S, "部门", "Department", nullable=False),
        Column("entity_kind", S, "实体类型", "Kind", nullable=False),
        Column("attribute", S, "属性", "Attribute, as in evidence.attribute", nullable=False),
        Column("month", S, "主张月份，不明则为空串", "Month the claims were made in, yyyy-mm; '' where that is not known", nullable=False),
        Column("mentions", I, "应填数", "Mentions whose row has a place for the attribute", nullable=False),
        Column("claims", I, "主张数", "Claims: mentions that fill it", nullable=False),
        Column("standard_claims", I, "规范主张数", "Claims that yield a valid standard value", nullable=False),
        Column("judged_claims", I, "可判主张数", "Claims of a value that a golden value confirms or contradicts", nullable=False),
        Column("golden_claims", I, "胜出主张数", "Judged claims that agree with the golden value", nullable=False),
        Column("others", I, "可比平台数", "Other platforms that claim a value of the same entity, summed over the claims", nullable=False),
        Column("others_agreeing", I, "一致平台数", "Those of them that agree with the claim", nullable=False),
        Column("compared_claims", I, "可比先后主张数", "Judged claims with a date on entities of which another platform claims a value too", nullable=False),
        Column("newest_claims", I, "最先主张数", "Those of them than which no claim is newer", nullable=False),
        Column("days_behind", I, "落后总天数", "Days from those of them to the newest claim of the same attribute and entity, summed", nullable=False),
        Column("age_days", F, "平均主张天数", "Mean age of the claims in days, counted back from the newest delivery of the home"),
        Column("conformity", F, "规范性", "standard_claims / claims, 0–1"),
        Column("completeness", F, "完整性", "claims / mentions, 0–1"),
        Column("accuracy", F, "准确性", "How often the platform is right with it, as evidence.reliability says; where nobody disputes it golden_claims / judged_claims, 0–1; null where no golden value is chosen"),
        Column("consistency", F, "一致性", "others_agreeing / others, 0–1; null where nobody else claims it"),
        Column("timeliness", F, "时效性", "0.5 ^ (days its newest delivery is overdue / its cadence in days), 0–1; null where it delivered nothing"),
        Column("accessibility", F, "可访问性", "Share of the platform's deliveries that could be read × share of their rows that landed, 0–1"),
        Column("score", F, "综合得分", "Half accuracy, half the mean of the other dimensions that are not null, 0–1"),
    ),
)

OVERLAP = Table(
    "quality",
    "overlap",
    "平台重叠",
    "What two platforms both know",
    "one row per kind and pair of platforms that know entities of it, the left one first in the alphabet",
    ("entity_kind", "left_platform", "right_platform"),
    (
        Column("entity_kind", S, "实体类型", "Kind", nullable=False),
        Column("left_platform", S, "平台（甲）", "Platform", nullable=False, label="甲平台"),
        Column("right_platform", S, "平台（乙）", "Platform", nullable=False, label="乙平台"),
        Column("known_to_both", I, "共知数", "Entities both know", nullable=False),
        Column("known_to_left_alone", I, "仅甲知数", "Entities the left one of the two knows alone", nullable=False),
        Column("known_to_right_alone", I, "仅乙知数", "Entities the right one of the two knows alone", nullable=False),
        Column("disagree", I, "分歧数", "Entities both know and on which they really disagree in some attribute", nullable=False),
        Column("disagreements", pa.map_(S, I), "分歧属性", "Attribute → entities on which they disagree in it", nullable=False),
    ),
)

GRID_COVERAGE = Table(
    "quality",
    "grid_coverage",
    "网格覆盖",
    "How many have a grid",
    "one row per kind whose entities lie in a grid",
    ("entity_kind",),
    (
        Column("entity_kind", S, "实体类型", "Kind", nullable=False),
        Column("entities", I, "实体数", "Entities of the kind", nullable=False),
        Column("placed", I, "有网格数", "Those of them whose grid is known", nullable=False),
        Column("share", F, "有网格比例（0–1）", "placed by entities, 0–1; null where there are none"),
    ),
)

GRID_FALL = Table(
    "quality",
    "grid_fall",
    "网格覆盖骤减",
    "Kinds that lost their grids",
    "one row per kind of which a candidate release places a smaller share in grids than the library does",
    ("entity_kind",),
    (
        Column("entity_kind", S, "实体类型", "Kind", nullable=False),
        Column("share_before", F, "原比例", "Share with a grid in the library", nullable=False),
        Column("share_now", F, "现比例", "Share with a grid in the candidate", nullable=False),
    ),
)


@dataclass(frozen=True)
class GridNorms:
    """How large a grid should be, from and to, both included: what a city rules (`grids.yaml`).

    No national standard fixes it: provinces and cities each have a rule of their own for households, for persons or for both,
    which is why they are settings. Those given here hold where a city rules nothing.
    """

    households: tuple[int, int] = (200, 300)
    persons: tuple[int, int] = (600, 900)

    @property
    def placeholders(self) -> dict[str, int]:
        """As the statements of the release name them."""
        names = ("households_from", "households_to", "persons_from", "persons_to")
        return dict(zip(names, (*self.households, *self.persons), strict=True))


NORMS = GridNorms()
"""Those that hold where a city rules nothing."""


GRID_BALANCE = Table(
    "quality",
    "grid_balance",
    "网格规模",
    "Size of the grids against the norm",
    "one row per grid, the leaf of the tree",
    ("grid_code",),
    (
        Column("grid_code", S, "网格编码", "Grid", nullable=False),
        Column("name", S, "名称", "Name", nullable=False),
        Column("community_code", S, "社区编码", "Community it lies in"),
        Column("street_code", S, "街道编码", "Street it lies in"),
        Column("homes", I, "房屋数", "Homes in it", nullable=False),
        Column("households", I, "住户数", "Homes in it somebody lives in now", nullable=False),
        Column("persons", I, "人口数", "Persons placed in it who are not deregistered", nullable=False),
        Column("household_balance", S, "户数规模：under within over", "Households against the norm of the city: under, within, over", nullable=False),
        Column("person_balance", S, "人口规模：under within over", "Persons against the norm of the city: under, within, over", nullable=False),
        Column("grids_advised", I, "建议网格数", "Grids of middling size its persons would fill: 2 and more, divide it; 0, join it to another", nullable=False),
        Column("household_norm", S, "户数标准", "Households a grid should have, from–to", nullable=False),
        Column("person_norm", S, "人口标准", "Persons a grid should have, from–to", nullable=False),
    ),
)

REPORTING_BY_CATEGORY = Table(
    "quality",
    "reporting_by_category",
    "分类上报情况",
    "Which classes of events grid staff leave unreported",
    "one row per class of event",
    ("event_class",),
    (
        Column("event_class", S, "统一类别", "Class", nullable=False),
        Column("heard_by_others", I, "其他渠道发现数", "Events that other channels reported", nullable=False),
        Column("also_by_grid", I, "网格员也上报数", "Those of them that grid staff reported too", nullable=False),
        Column("by_grid_alone", I, "仅网格员上报数", "Events that grid staff alone reported", nullable=False),
        Column("events_estimated", F, "估计事件总数", "Events there were, those nobody reported included, estimated from what both sides report (capture-recapture, Chapman)", nullable=False),
        Column("compared_heard", F, "可比发现数", "heard_by_others in the grids that are compared: not in those that fill quotas, and in each other by how likely it hides anything", nullable=False),
        Column("compared_also", F, "可比上报数", "also_by_grid in the same grids, counted alike", nullable=False),
        Column("expected", F, "应有上报率", "Share that the middle class has in the same grids, 0–1", nullable=False),
        Column("estimate", F, "估计上报率", "Share of the class, drawn toward the expected one by as much as its cases are few, 0–1", nullable=False),
        Column("low", F, "区间下限", "Lower end of its 95 % interval", nullable=False),
        Column("high", F, "区间上限", "Upper end of its 95 % interval", nullable=False),
        Column("p_value", F, "p值", "Chance of a share so low if the class were reported like the middle one", nullable=False),
        Column("q_value", F, "q值", "The same, adjusted for testing all classes (Benjamini–Hochberg)", nullable=False),
        Column("under_reported", B, "是否漏报", "q below .05 and the estimate below three quarters of the expected share", nullable=False),
    ),
)

REPORTING_BY_GRID = Table(
    "quality",
    "reporting_by_grid",
    "网格上报情况",
    "How grids report, as estimates with intervals",
    "one row per grid and measure it has cases for",
    ("grid_code", "measure"),
    (
        Column("grid_code", S, "网格编码", "Grid", nullable=False),
        Column("measure", S, "指标：heard_share hidden_share easy_share spot_share resident_rate", "heard_share: of events other channels report, those grid staff report too; hidden_share: the same of classes that are under-reported; easy_share: of reports of grid staff, those of easy classes; spot_share: of these, those dealt with at once by who found them; resident_rate: further reports of citizens per day that an event stands open", nullable=False),
        Column("numerator", I, "分子", "Numerator", nullable=False),
        Column("denominator", F, "分母", "Denominator: events, reports, or days", nullable=False),
        Column("value", F, "原值", "Numerator by denominator, as it is", nullable=False),
        Column("expected", F, "应有值", "What the middle grid would show with the same classes of events", nullable=False),
        Column("estimate", F, "估计值", "The value drawn toward the expected one by as much as the cases are few", nullable=False),
        Column("low", F, "区间下限", "Lower end of its 95 % interval", nullable=False),
        Column("high", F, "区间上限", "Upper end of its 95 % interval", nullable=False),
        Column("p_value", F, "p值", "Chance of a value so far off in the middle grid, on either side", nullable=False),
        Column("q_value", F, "q值", "The same, adjusted for testing all grids (Benjamini–Hochberg)", nullable=False),
        Column("finding", S, "发现：low high", "low or high where q is below .05, else null", label="偏离"),
        Column("events_estimated", F, "估计事件总数", "Of heard_share: events there were, those nobody reported included (capture-recapture, Chapman)"),
    ),
)

EVENT_FORECAST = Table(
    "quality",
    "event_forecast",
    "事件预测",
    "Events by month, and what was to be expected",
    "one row per class and whole month, and the month to come",
    ("event_class", "month"),
    (
        Column("event_class", S, "统一类别，* 为全部", "Class, * for all together", nullable=False),
        Column("month", D, "月份", "First day of the month", nullable=False),
        Column("events", I, "事件数", "Events first reported in it, each once; null for the month to come"),
        Column("forecast", F, "预测数", "What the months before it alone let expect; null for the first three"),
        Column("low", F, "区间下限", "Lower end of its 95 % interval, as wide as past errors were"),
        Column("high", F, "区间上限", "Upper end of its 95 % interval"),
    ),
)

EVENT_TREND = Table(
    "quality",
    "event_trend",
    "事件趋势",
    "Trend of events, and how far forecasts are off",
    "one row per class",
    ("event_class",),
    (
        Column("event_class", S, "统一类别，* 为全部", "Class, * for all together", nullable=False),
        Column("months", I, "月数", "Whole months known", nullable=False),
        Column("events", I, "事件数", "Events in them", nullable=False),
        Column("change_by_month", F, "月变化率", "Median change by month over the last year, as a share of the mean (Theil–Sen)", nullable=False),
        Column("change_low", F, "变化率下限", "Lower end of its 95 % interval", nullable=False),
        Column("change_high", F, "变化率上限", "Upper end of its 95 % interval: a trend where both ends have one sign", nullable=False),
        Column("seasonal", B, "是否含季节", "Whether the forecast knows the month of the year: from two years on", nullable=False),
        Column("months_held_out", I, "检验月数", "Months that were forecast from those before them alone", nullable=False),
        Column("error", F, "预测误差", "Sum of absolute errors in these months by the sum of events; null where there is none"),
        Column("naive_error", F, "对照误差", "The same of saying \"as last month\""),
    ),
)

ATTRIBUTE_SOURCE = Table(
    "quality",
    "attribute_source",
    "一数一源",
    "Which platforms collect an attribute, and which it should come from",
    "one row per kind and attribute",
    ("entity_kind", "attribute"),
    (
        Column("entity_kind", S, "实体类型", "Kind", nullable=False),
        Column("attribute", S, "属性", "Attribute, as in evidence.attribute", nullable=False),
        Column("platforms", I, "采集平台数", "Platforms that collect it", nullable=False),
        Column("collected_by", S, "采集平台", "They, a blank between two", nullable=False),
        Column("claims", I, "采集数", "Values collected", nullable=False),
        Column("source", S, "来源平台", "The platform whose values are golden most often", nullable=False),
        Column("source_claims", I, "来源采集数", "Values it collects", nullable=False),
        Column("source_right", F, "来源准确率", "Share of its values that are golden, 0–1; null where none is judged"),
        Column("collected_again", I, "重复采集数", "Values all others collect", nullable=False),
    ),
)

DUPLICATE = Table(
    "quality",
    "duplicate",
    "重复登记",
    "Subjects a dataset has in several rows",
    "one row per dataset and subject that several of its rows are about",
    ("platform", "dataset", "entity_kind", "entity_id"),
    (
        Column("platform", S, "平台", "Platform", nullable=False),
        Column("dataset", S, "数据集", "Dataset; rows of different datasets, such as two benefits of a person, are no duplicates", nullable=False),
        Column("entity_kind", S, "实体类型", "Kind", nullable=False),
        Column("entity_id", S, "实体编号", "What they are about", nullable=False),
        Column("rows", I, "行数", "Rows about it that hold now, at least 2; which ones says link.mention", nullable=False),
        Column("last_claimed_on", D, "最近主张日期", "Date of the newest"),
    ),
)

SUBJECT_FORM = Table(
    "quality",
    "subject_form",
    "一表统计",
    "On how many forms the same subject is entered",
    "one row per kind and number of forms",
    ("entity_kind", "forms"),
    (
        Column("entity_kind", S, "实体类型", "Kind", nullable=False),
        Column("forms", I, "报表数", "Forms, that is datasets and sheets, a subject is entered on", nullable=False),
        Column("entities", I, "实体数", "Subjects entered on so many", nullable=False),
        Column("entered_again", I, "重复填报数", "Entries beyond the first of each", nullable=False),
        Column("most_platforms", I, "最多平台数", "Platforms that hold the widest known of them", nullable=False),
    ),
)
