"""`onenet deliveries`, `onenet confirm` and `onenet refuse`: what was delivered, and what a person decides about it.

Belongs here: the commands. Does not: which deliveries are held (`connectors.holding`), or the record (`connectors.decisions`).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines.commands.options import (
    CityFolder,
    ExistingHome,
    Platforms,
    check_configuration,
    city_of,
    console,
    leave,
    named,
)

if TYPE_CHECKING:
    from rich.table import Table

    from connectors.decisions import Verdict
    from pipelines.settings import Settings

DeliveryId = Annotated[str, typer.Argument(help="交付批次编号，见 onenet deliveries · id of the delivery")]
By = Annotated[str, typer.Option(help="谁作的决定 · who decides", callback=named)]


def deliveries(
    home: ExistingHome,
    city: CityFolder = None,
    platforms: Platforms = None,
    every: Annotated[bool, typer.Option("--all", help="列出全部交付 · every delivery, not only those held")] = False,
) -> None:
    """列出待人工确认的交付 · List the deliveries that wait to be confirmed, each with its reason."""
    settings = _settings(home, city, platforms)
    from connectors.holding import all_delivery_states

    lines = all_delivery_states(settings.platforms, settings.home).to_pylist()
    shown = [line for line in lines if every or line["state"] == "held"]
    out = console()
    from pipelines.troubles import troubles

    for fallen in (t for t in troubles(settings) if t.kind == "mentions_fell" and not every):
        out.print(f"{fallen.delivery_id}  {fallen.platform}: {fallen.reason}", highlight=False, soft_wrap=True)
    if not shown:
        out.print("没有待确认的交付 · no delivery waits to be confirmed", highlight=False)
        return
    out.print(_table(shown))
    if any(line["state"] == "held" for line in shown):
        from pipelines.summary import how_to_decide

        out.print(how_to_decide(settings), highlight=False, soft_wrap=True)


def confirm(
    delivery_id: DeliveryId, by: By, home: ExistingHome, city: CityFolder = None, platforms: Platforms = None
) -> None:
    """确认一批待确认的交付，下次运行采用 · Let a held delivery count from the next run on."""
    _decide(delivery_id, "confirmed", by, _settings(home, city, platforms))


def refuse(
    delivery_id: DeliveryId, by: By, home: ExistingHome, city: CityFolder = None, platforms: Platforms = None
) -> None:
    """不采用一批交付 · Take a delivery out, held or not, from the next run on; `confirm` undoes it."""
    _decide(delivery_id, "refused", by, _settings(home, city, platforms))


def _decide(delivery_id: str, verdict: Verdict, by: str, settings: Settings) -> None:
    """Record one decision for every delivery that stands or falls with the named one."""
    from connectors.decisions import Decision, record
    from connectors.holding import whole_set
    from connectors.manifest import manifest
    from pipelines.locking import locked

    out = console()
    lines = manifest(settings.home).to_pylist()
    name = next((line["platform"] for line in lines if line["delivery_id"] == delivery_id), None)
    own = [line for line in lines if line["platform"] == name]
    together = whole_set(settings.platforms[name], own, delivery_id) if name in settings.platforms else []
    if not together and verdict == "confirmed" and (fallen := _platform_that_fell(settings, delivery_id)):
        name, together = fallen, [delivery_id]
    if not name or not together:
        # What is shaped like no id may be anything, and is not repeated.
        shown = f"{delivery_id}: " if re.fullmatch("[0-9a-f]{16}", delivery_id) else ""
        leave(f"{shown}没有这个已落地的交付批次，见 onenet deliveries --all · no such landed delivery")
    at = datetime.now(UTC).isoformat(timespec="seconds")
    with locked(settings.home, lambda: out.print("另一个运行正在写入该目录，等待其结束 · waiting for a run to end")):
        for delivery in together:
            record(settings.home, Decision(delivery, name, verdict, by, at))
    files = {line["delivery_id"]: line["file_name"] for line in own}
    said = "采用 confirmed" if verdict == "confirmed" else "不采用 refused"
    for delivery in together:
        out.print(f"{said}  {name}/{files.get(delivery, '提及骤减')}  {delivery}", markup=False, highlight=False)
    out.print("下次运行生效 · it takes effect with the next run", highlight=False)


def _platform_that_fell(settings: Settings, fall_id: str) -> str | None:
    """The platform whose fall of mentions stopped the last run under that id."""
    from warehouse.model.quality import FALL

    rows = FALL.read(settings.home.stage("quality", "fall")).to_pylist()
    return next((row["platform"] for row in rows if row["fall_id"] == fall_id), None)


def _settings(home: Path, city: Path | None, platforms: Path | None) -> Settings:
    from pipelines.settings import Settings

    settings = Settings.of(Path(), home, city_of(city, platforms))
    check_configuration(settings, needs_inbox=False)
    return settings


def _table(lines: list[dict[str, Any]]) -> Table:
    from rich.table import Table

    from warehouse.model.vocabulary import STATE

    table = Table("编号 id", "平台 platform", "文件 file", "数据集 dataset", "日期 date", "状态 state")
    table.add_column("行 rows", justify="right")
    table.add_column("原因 reason", overflow="fold")  # whole: people decide by it
    for line in lines:
        state = line["state"]
        day = str(line["delivered_on"] or "")
        head = (line["delivery_id"], line["platform"], line["file_name"], line["dataset"], day)
        table.add_row(*head, f"{STATE[state]} {state}", f"{line['rows_landed']:,}", line["reason"] or "")
    return table
