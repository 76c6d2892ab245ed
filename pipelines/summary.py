"""What a run tells on screen when it is over: tables of counts, what was rejected and why, and where to look next."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
from rich.console import Console
from rich.table import Table
from rich.text import Text

from connectors.landing import unknown_folders
from pipelines.markers import marker_of
from pipelines.places import places_at_fault
from pipelines.report import PER_KIND, PER_PLATFORM, Report
from pipelines.settings import CITY_VARIABLE, HOME_VARIABLE, PLATFORMS_VARIABLE, Settings

if TYPE_CHECKING:
    from pipelines.outcome import Outcome


CONTRADICTIONS = "select coalesce(max(contradiction), 0) from evidence.judgement"
EXAMPLE = "from 一张网.人口 limit 5"


def print_summary(settings: Settings, outcome: Outcome, report: Report, console: Console) -> None:
    """Say how a run ended. Counts come from the library as published; a stopped run says what stopped it."""
    _print_unknown(settings, console)
    for warning in outcome.warnings:
        console.print(f"注意 {warning}", style="yellow", markup=False, highlight=False)
    if not outcome.released:
        _print_troubles(settings, report, console)
        _print_stop(settings, outcome, console)
        return
    with duckdb.connect(str(settings.home.library), read_only=True) as library:
        console.print(_platforms(library, settings))
        console.print(_kinds(library, settings))
        _print_troubles(settings, report, console)
        (version,) = library.execute("select version from catalogue.release").fetchone() or ("",)
        (contradictions,) = library.execute(CONTRADICTIONS).fetchone() or (0,)
    passed, failed = len(outcome.checks_passed), len(outcome.checks_failed)
    console.print(f"\n检查 checks: {passed} 通过 passed, {failed} 未通过 failed", highlight=False)
    for name in outcome.checks_failed:
        console.print(f"  警告 warning  {name}", style="yellow", markup=False, highlight=False)
    if contradictions:
        console.print(
            f"  {contradictions} 组人工裁定相互矛盾，均未采用，见 onenet review list"
            " · contradictory judgements were left out",
            style="yellow", highlight=False,
        )  # fmt: skip
    for line in _models(settings, outcome.began):
        console.print(line, markup=False, highlight=False)
    console.print(Text.assemble(f"发布 release {version}: ", (str(settings.home.library), "bold")), soft_wrap=True)
    restricted = settings.home.restricted_library
    said = (
        str(restricted)
        if restricted.exists()
        else "未生成，未设 ONENET_RESTRICTED_KEY · not built, ONENET_RESTRICTED_KEY is not set"
    )
    console.print(f"受限版 restricted: {said}", highlight=False, soft_wrap=True)
    console.print(f"Parquet: {settings.home.parquet}", highlight=False, soft_wrap=True)
    console.print(f"质量报告 data docs: {settings.home.data_docs / 'index.html'}", highlight=False, soft_wrap=True)
    console.print(f"回流 extracts: {settings.home.root / 'extracts'}", highlight=False, soft_wrap=True)
    console.print(
        "试一试 try:  "
        f"python -c \"import duckdb; print(duckdb.connect('{settings.home.library}', read_only=True).sql('{EXAMPLE}'))\"",
        markup=False, highlight=False, soft_wrap=True,
    )  # fmt: skip


def print_nothing_new(settings: Settings, report: Report, console: Console) -> None:
    """Say that a run had nothing to do, what the library is, and what still waits for a person."""
    _print_unknown(settings, console)
    with duckdb.connect(str(settings.home.library), read_only=True) as library:
        (version,) = library.execute("select version from catalogue.release").fetchone() or ("",)
    _print_troubles(settings, report, console)
    console.print(
        "没有新内容：交付、裁定和配置均与上次运行相同，未生成新发布版"
        " · nothing new: deliveries, judgements and configuration are those of the last run; no release was made",
        highlight=False, soft_wrap=True,
    )  # fmt: skip
    stays = Text.assemble(f"发布版保持不变 the release stays {version}: ", (str(settings.home.library), "bold"))
    console.print(stays, soft_wrap=True)


def platform_table(settings: Settings) -> Table:
    """The declared platforms, a line each."""
    table = Table("平台 platform", "名称 title", "部门 department", "格式 format", "交付 delivery", "频率 cadence")
    for name, platform in settings.platforms.items():
        table.add_row(
            name,
            platform.title.zh,
            platform.department.zh,
            platform.format.kind,
            platform.delivery.semantics,
            platform.cadence,
        )
    return table


def _print_unknown(settings: Settings, console: Console) -> None:
    for folder in unknown_folders(settings.inbox, settings.platforms):
        console.print(f"未知平台 no such platform, left alone: {folder}", style="yellow", markup=False, highlight=False)


def how_to_decide(settings: Settings, delivery: str = "编号") -> str:
    """The commands that decide about a held delivery, a line each, to be copied: only the name is left to fill in."""
    places = ""
    for option, variable, path in (
        ("--home", HOME_VARIABLE, settings.home.root),
        ("--city", CITY_VARIABLE, settings.city.folder),
        ("--platforms", PLATFORMS_VARIABLE, settings.city.platform_folder),
    ):
        default = os.environ.get(variable)
        if path and not (default and Path(default).resolve() == path.resolve()):
            places += f" {option} {shlex.quote(str(path))}"
    commands = (("采用 confirm: ", "confirm"), ("不采用 refuse:", "refuse"))
    return "\n".join(f"  {said} onenet {verb} {delivery} --by 姓名{places}" for said, verb in commands)


LED_BY = {
    "mentions_fell": "待确认 mentions fell",
    "rejected": "退回交付",
    "unreachable": "退回交付 unreachable",
    "rows_rejected": "退回行 rows rejected",
    "held": "待确认交付 held",
    "odd_scope": "范围有疑问 odd scope",
}


def _print_troubles(settings: Settings, report: Report, console: Console) -> None:
    """What waits for a person, a line each, and what to do; folders of no platform are named first of all."""
    for trouble in report.attention:
        if trouble.kind == "unknown_platform":
            continue
        decide = f"\n{how_to_decide(settings, trouble.delivery_id)}" if trouble.kind in ("held", "odd_scope") else ""
        if trouble.kind == "mentions_fell":
            decide = "\n" + how_to_decide(settings, trouble.delivery_id).splitlines()[0]
        where = "/".join(part for part in (trouble.platform, trouble.file) if part)
        console.print(
            f"{LED_BY[trouble.kind]} {where}: {trouble.reason}{decide}",
            style="yellow", markup=False, highlight=False, soft_wrap=True,
        )  # fmt: skip
    if report.attention:
        console.print(
            f"{len(report.attention)} 项待处理 · {len(report.attention)} things wait for a person",
            style="yellow", highlight=False,
        )  # fmt: skip


def _print_stop(settings: Settings, outcome: Outcome, console: Console) -> None:
    for name in outcome.blocking:
        console.print(f"未发布，检查未通过 stopped by  {name}", style="red", markup=False, highlight=False)
        for place in places_at_fault(settings.home, name):
            console.print(f"  位置 at  {place}", style="red", markup=False, highlight=False, soft_wrap=True)
    came = "已发布，其后步骤出错" if outcome.published else "未发布，步骤出错"
    for failure in outcome.failures:
        console.print(f"{came} step failed  {failure}", style="red", markup=False, highlight=False)
    library = settings.home.library
    if outcome.published:
        kept = f"新发布版已生效，未完成的步骤下次运行补做 the new release stands, the next run does what is missing: {library}"
    elif library.exists():
        kept = f"原发布版保持不变 the former release stays: {library}"
    else:
        kept = "尚无发布版 there is no release yet"
    console.print(kept, markup=False, highlight=False, soft_wrap=True)


def _platforms(library: duckdb.DuckDBPyConnection, settings: Settings) -> Table:
    table = Table("平台 platform", "名称", title="行数对账 balance of rows")
    for column in ("交付批次 deliveries", "交付行 delivered", "落地 landed", "退回 rejected", "现行 current"):
        table.add_column(column, justify="right")
    total = [0] * 5
    for platform, *counts in library.execute(PER_PLATFORM).fetchall():
        total = [a + int(b) for a, b in zip(total, counts, strict=True)]
        known = settings.platforms.get(platform)
        table.add_row(platform, known.title.zh if known else "", *(f"{int(c):,}" for c in counts))
    table.add_section()
    table.add_row("合计 total", "", *(f"{c:,}" for c in total))
    return table


def _models(settings: Settings, began: float) -> list[str]:
    """Which matching model each kind used and why, and what of the kind was compared anew since `began` (epoch, s)."""
    lines = []
    for kind, title in settings.home.data_model.kind_titles.items():
        step = f"link/{kind}"
        told = (marker_of(settings.home, step) or {}).get("counts", {})
        if "model" in told and settings.home.done(step).stat().st_mtime < began:
            lines.append(f"匹配 matching {title} {kind}: 输入未变，沿用此前结果 · same input, as matched before")
        elif "model" in told:
            changes = f"{told['changed']:,} 变化 changed, {told['withdrawn']:,} 撤回 withdrawn, {told['pairs_compared']:,} 对 pairs"
            lines.append(f"匹配 matching {title} {kind}: {told['model']}; {changes}")
    return lines


def _kinds(library: duckdb.DuckDBPyConnection, settings: Settings) -> Table:
    table = Table("类型 kind", title="归并 resolution")
    for column in ("提及 mentions", "实体 entities", "去重 duplicates removed"):
        table.add_column(column, justify="right")
    for kind, mentions, entities in library.execute(PER_KIND).fetchall():
        table.add_row(
            f"{settings.home.data_model.kind_titles.get(kind, '')} {kind}",
            f"{mentions:,}",
            f"{entities:,}",
            f"{mentions - entities:,}",
        )
    return table
