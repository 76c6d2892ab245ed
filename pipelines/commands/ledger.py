"""`onenet ledger …`: whether the ledger of acts is whole, and what its last lines say.

Belongs here: the commands. Does not: the chain (`warehouse.ledger`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipelines.commands.options import EXIT_STOPPED, ExistingHome, console, leave

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_show_locals=False,
    help="操作台账：登录、检索、查看、下载、裁定、授权、发布 · The ledger of acts: who did what when.",
)


@app.command()
def verify(
    home: ExistingHome,
    against: Annotated[
        list[Path] | None,
        typer.Option(
            help="别处保存的 manifest.json 或下载回执，可重复 · a manifest or receipt held elsewhere, may be repeated"
        ),
    ] = None,
) -> None:
    """核验台账是否完整 · Is the ledger whole? Tells altered, missing, cut off and computed anew apart.

    退出码 exit code: 0 完整 whole, 1 有问题 something is wrong, 2 见证文件有误 a witness can't be read.
    """
    from warehouse import ledger
    from warehouse.ledger.verify import WORDS
    from warehouse.model import Home

    held = []
    for path in against or []:
        try:
            witness = ledger.witness_of(path)
        except (OSError, ValueError):
            leave(f"--against {path}: 读不到，应为 manifest.json 或下载回执 · can't be read; a manifest or receipt is wanted")  # fmt: skip
        if witness is None:
            leave(f"--against {path}: 其中没有台账的行数与摘要 · it prints no count and head of a ledger")
        held.append(witness)
    report = ledger.verify(Home.of(home.resolve()), held)
    out = console()
    for finding in report.findings:
        zh, en = WORDS[finding.what]
        out.print(f"{zh} {en}  {finding.where}: {finding.why}", style="red", highlight=False, soft_wrap=True)
    count, head = report.head
    state = "完整 whole" if report.whole else f"{len(report.findings)} 处问题 findings"
    out.print(f"台账 ledger: {state}；{count} 行 lines，{report.witnesses} 个见证 witnesses，末行 head {head}", highlight=False, soft_wrap=True)  # fmt: skip
    raise typer.Exit(0 if report.whole else EXIT_STOPPED)


@app.command()
def recall(
    version: Annotated[str, typer.Argument(help="发布版 · release whose extracts are called back")],
    home: ExistingHome,
    department: Annotated[str, typer.Option(help="仅此部门 · only this department")] = "",
) -> None:
    """召回：谁在何时为何用途取走了哪些文件 · Everybody who took a file of a release, when and what for (GB/T 39477).

    退出码 exit code: 0 有人取走 somebody took something, 1 无人取走 nobody did.
    """
    from rich.table import Table

    from warehouse import ledger
    from warehouse.model import Home

    table = Table("时间 UTC", "经办人 by", "部门 department", "文件 file", "用途 purpose")
    for line in ledger.downloads(Home.of(home.resolve()), version, department):
        about = line["about"]
        table.add_row(line["at"][:16], line["by"], about["department"], about["file"], about["purpose"])
    console().print(table if table.row_count else "无人取走 · nobody took anything", highlight=False)
    raise typer.Exit(0 if table.row_count else EXIT_STOPPED)
