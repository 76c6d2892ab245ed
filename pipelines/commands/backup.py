"""`onenet backup` and `onenet restore`: what can't be made again, as one file, and a home made from it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipelines.commands.options import ExistingHome, HomeFolder, console


def backup(
    home: ExistingHome,
    out: Annotated[Path, typer.Option(help="写成的备份文件 · the file to write, such as onenet-20261101.tar")],
) -> None:
    """备份无法重新生成的一切 · Back up all that can't be made again: deliveries, decisions, judgements, models, ids, key."""
    from pipelines.backup import back_up
    from pipelines.locking import locked
    from warehouse.model import Home

    said = console()
    place = Home(home.resolve())
    with locked(place, lambda: said.print("等待另一个运行结束 · waiting for another run to end")):
        files = back_up(place, out.resolve())
    said.print(
        f"已备份 {files} 个文件 files: {out}（内有完整号码，请妥善保管 · it holds full numbers: keep it safe）",
        highlight=False, soft_wrap=True,
    )  # fmt: skip


def restore(
    archive: Annotated[Path, typer.Argument(help="备份文件 · the backup", exists=True, dir_okay=False)],
    home: HomeFolder,
) -> None:
    """由备份恢复运行目录 · Make a home of a backup; the next run makes what was left out, with the same ids."""
    from pipelines.backup import restore as restore_home
    from warehouse.model import Home

    files = restore_home(archive.resolve(), Home(home.resolve()))
    console().print(f"已恢复 {files} 个文件 files: {home}；请运行 onenet run · now run `onenet run`", highlight=False, soft_wrap=True)  # fmt: skip
