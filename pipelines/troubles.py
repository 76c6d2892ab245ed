"""What of the deliveries waits for a person although there is a release: rejected, held, unreachable, unknown.

Belongs here: telling them from the state of the landing area, so that every run tells the same as long as nothing changes.
Does not: showing them (`summary`), or passing them on (`report`, `alerts`).
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from connectors.holding import all_delivery_states
from connectors.landing import unknown_folders
from pipelines import scopes
from pipelines.settings import Settings
from warehouse.model.quality import FALL, RECONCILIATION

TroubleKind = Literal[
    "mentions_fell", "rejected", "held", "unreachable", "rows_rejected", "odd_scope", "unknown_platform"
]

TITLES: Mapping[TroubleKind, str] = {
    "mentions_fell": "提及骤减，发布待人工确认",
    "rejected": "整批退回",
    "held": "待人工确认",
    "unreachable": "连接不上",
    "rows_rejected": "有退回行",
    "odd_scope": "范围有疑问",
    "unknown_platform": "未知平台",
}
"""Kind of trouble → its words; all kinds there are."""

REMEDIES: Mapping[TroubleKind, str] = {
    "mentions_fell": "请核对该平台的文件和描述；确属实情则 onenet confirm 编号 · look at its files and description; if they are right, confirm",
    "rejected": "请部门按原因改正后重新提交 · the department sends a corrected file",
    "held": "请用 onenet deliveries 查看，onenet confirm 采用或 onenet refuse 不采用 · look with `onenet deliveries`, then confirm or refuse",
    "unreachable": "请检查地址、账号、网络和驱动后再次运行 · check address, account, network and driver; run again",
    "rows_rejected": "请部门按 quality.rejected 或回流文件中的原因改正 · the department corrects them; reasons are in quality.rejected and its extract",
    "odd_scope": "请部门核对文件名中的街道等范围；不应采用则 onenet refuse 编号 · check the scope in the file name; refuse the delivery that should not count",
    "unknown_platform": "请改文件夹名或编写平台描述 · rename the folder or describe the platform",
}

_SCOPED = ["platform", "file_name", "delivery_id", "reason_code", "reason", "rows_current"]
UNREACHABLE = ("database_unreachable", "driver_missing", "database_unsupported")
Line = dict[str, Any]


@dataclass(frozen=True)
class Trouble:
    """One thing somebody has to look after; it holds no value of a person.

    Attributes:
        kind: what it is.
        platform: the platform, or the name of a folder that is none.
        file: the file or table it is about, '' where it is about none.
        reason: the same in a sentence.
        rows: rows at stake, where they were counted.
        delivery_id: the delivery, where there is one.
    """

    kind: TroubleKind
    platform: str
    file: str = ""
    reason: str = ""
    rows: int = 0
    delivery_id: str = ""

    @property
    def remedy(self) -> str:
        """What to do."""
        return REMEDIES[self.kind]

    def as_dict(self) -> dict[str, Any]:
        """It with its words, as a report has it."""
        return {**asdict(self), "title": TITLES[self.kind], "remedy": self.remedy}


def troubles(settings: Settings) -> list[Trouble]:
    """What waits for a person, ordered by kind, platform and file; empty where all is well."""
    lines = all_delivery_states(settings.platforms, settings.home).to_pylist()
    found = [*_fallen(settings), *_rejected(lines), *_held(lines), *_rows(lines), *_odd_scopes(settings, lines)]
    if settings.inbox.is_dir():
        found += [Trouble("unknown_platform", folder) for folder in unknown_folders(settings.inbox, settings.platforms)]
    order = list(TITLES)
    return sorted(dict.fromkeys(found), key=lambda t: (order.index(t.kind), t.platform, t.file, t.delivery_id))


def _fallen(settings: Settings) -> Iterator[Trouble]:
    """What the guard before a release found when it was last asked, a line a platform."""
    kinds: dict[tuple[str, str], list[str]] = {}
    for row in FALL.read(settings.home.stage("quality", "fall")).to_pylist():
        title = settings.home.data_model.kind_titles.get(row["entity_kind"], row["entity_kind"])
        told = f"{title}{row['mentions_before']}→{row['mentions_now']}（约定不低于{row['min_share']:.0%}）"
        kinds.setdefault((row["platform"], row["fall_id"]), []).append(told)
    for (platform, fall_id), words in kinds.items():
        yield Trouble("mentions_fell", platform, "", f"提及数比现发布版骤减：{'，'.join(words)}", 0, fall_id)


def _rejected(lines: list[Line]) -> Iterator[Trouble]:
    """Deliveries rejected as a whole, unless a good one came after; what has no bytes is gone once it can be read."""
    for line in lines:
        if line["state"] != "rejected":
            continue
        settled = line["sha256"] and any(
            other["platform"] == line["platform"]
            and other["state"] == "landed"
            and other["sequence"] > line["sequence"]
            and line["scope"] in ("", other["scope"])
            for other in lines
        )
        if line["reason_code"] == "inbox_unreachable":  # one inbox, whatever the number of platforms
            yield Trouble("unreachable", "", line["file_name"], line["reason"] or "")
        elif not settled:
            kind: TroubleKind = "unreachable" if line["reason_code"] in UNREACHABLE else "rejected"
            yield Trouble(kind, line["platform"], line["file_name"], line["reason"] or "", 0, line["delivery_id"])


def _held(lines: list[Line]) -> Iterator[Trouble]:
    for line in lines:
        if line["state"] == "held":
            yield Trouble("held", line["platform"], line["file_name"], line["reason"] or "", 0, line["delivery_id"])


def _rows(lines: list[Line]) -> Iterator[Trouble]:
    """Rows that were rejected of the newest deliveries of every dataset and scope."""
    landed = [line for line in lines if line["state"] == "landed"]
    newest: dict[tuple[str, ...], datetime.date] = {}
    for line in landed:
        own, day = _place(line), line["delivered_on"] or datetime.date.min
        newest[own] = max(newest.get(own, day), day)
    for line in landed:
        if line["rows_rejected"] and (line["delivered_on"] or datetime.date.min) == newest[_place(line)]:
            reason = f"退回{line['rows_rejected']}行，共{line['rows_delivered']}行"
            yield Trouble(
                "rows_rejected", line["platform"], line["file_name"], reason, line["rows_rejected"], line["delivery_id"]
            )


def _odd_scopes(settings: Settings, lines: list[Line]) -> Iterator[Trouble]:
    """What the last balance of rows said about the scopes of deliveries that still stand."""
    standing = {line["delivery_id"] for line in lines if line["state"] == "landed"}
    for row in RECONCILIATION.read(settings.home.stage("quality", "reconciliation"), _SCOPED).to_pylist():
        if row["reason_code"] in scopes.CODES and row["rows_current"] and row["delivery_id"] in standing:
            yield Trouble("odd_scope", row["platform"], row["file_name"], row["reason"], 0, row["delivery_id"])


def _place(line: Line) -> tuple[str, ...]:
    return line["platform"], line["dataset"], line["scope"]
