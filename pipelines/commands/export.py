"""`onenet export open311` and `onenet export event-log`: events in the forms other tools read.

Belongs here: the commands. Does not: the forms (`warehouse.exchange`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipelines.commands.options import ExistingHome, console, leave

app = typer.Typer(
    name="export",
    no_args_is_help=True,
    help="按通用格式导出事件（与脱敏发布版一致）· Export events in common formats, masked as the plain release.",
)

Out = Annotated[Path, typer.Option(help="写入的文件夹 · folder to write into")]
Zone = Annotated[str, typer.Option(help="城市时区 · offset of the city's clock, such as +08:00")]


@app.command("open311")
def open311(home: ExistingHome, out: Out, zone: Zone = "+08:00") -> None:
    """Open311 GeoReport v2（JSON 与 XML），重复工单注明 duplicate_of · Requests and services, each request with what it duplicates."""
    import re

    from warehouse.exchange import write_open311

    if not re.fullmatch(r"[+-]\d{2}:\d{2}", zone):
        leave(f"--zone {zone}: 应为 +08:00 这样的时差 · an offset such as +08:00 is needed")
    counts = write_open311(_library(home), out, zone)
    console().print(
        f"{out}: {counts['requests']:,} 工单 requests, {counts['services']:,} 类别 services", highlight=False
    )


@app.command("event-log")
def event_log(home: ExistingHome, out: Out) -> None:
    """流程挖掘事件日志（CSV 与 Parquet，列名同 XES）· Event log for process mining, its columns named as in XES."""
    from warehouse.exchange import write_event_log

    counts = write_event_log(_library(home), out)
    console().print(f"{out}: {counts['lines']:,} 行 lines, {counts['cases']:,} 事件 cases", highlight=False)


def _library(home: Path) -> Path:
    from warehouse.model import Home

    library = Home.of(home).library
    if not library.exists():
        leave(f"--home {home}: 尚未发布基础库，请先 onenet run · no library yet; run `onenet run` first")
    return library
