"""`onenet verification …`: take in what departments say of their work lists, and list what became of it (校核).

Belongs here: the commands. Does not: who may say what (`warehouse.verification`).
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from pipelines.commands.options import ExistingHome, console, leave, named

EXIT_PROBLEMS = 1

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_show_locals=False,  # locals may hold people's data
    help="校核：导入部门填好的工作清单，查看进展 · What departments say of corrections, and what became of it.",
)

Days = Annotated[
    int,
    typer.Option(min=1, help="数源部门答复期限（工作日）· work days to answer", envvar="ONENET_VERIFICATION_DAYS"),
]


@app.command("import")
def take_in(
    home: ExistingHome,
    file: Annotated[Path, typer.Argument(help="填好的回流工作簿 · the filled-in workbook of an extract")],
    department: Annotated[str, typer.Option(help="部门代码 · code of the department that filled it in")],
    by: Annotated[str, typer.Option(help="经办人 · who says so", callback=named)],
    days: Days = 10,
) -> None:
    """导入部门对工作清单的答复，下次运行生效 · Take in a department's answers; they bind the next run.

    退出码 exit code: 0 全部收下 all taken, 1 有答复未收下 some were not taken, each is named, 2 不是回流工作簿 no workbook of an extract.
    """
    from pipelines.locking import locked
    from warehouse import verification
    from warehouse.model import Home
    from warehouse.verification.sheet import SheetError, read_sheet

    screen = console()
    place = Home.of(home.resolve())
    try:
        filled = read_sheet(file)
    except SheetError as error:
        leave(f"{file.name}: {error}")
    with locked(place, lambda: screen.print("另一个运行正在写入该目录，等待其结束 · waiting for a run to end")):
        outcome = verification.answer(place, department, filled.answers, by=by, at=datetime.now(UTC), work_days=days)
    problems = [(p.sheet, p.row, p.reason) for p in filled.problems]
    problems += [(*filled.places[finding], why) for finding, why in outcome.refused.items()]
    for sheet, row, why in sorted(problems):
        screen.print(
            f"未收 not taken  {sheet} 第 {row} 行: {why}", style="red", markup=False, highlight=False, soft_wrap=True
        )
    screen.print(
        f"收下 recorded {len(outcome.requests)}；未收 not taken {len(problems)}；下次运行生效 · they bind the next run",
        highlight=False, soft_wrap=True,
    )  # fmt: skip
    raise typer.Exit(EXIT_PROBLEMS if problems else 0)


@app.command("list")
def listed(
    home: ExistingHome,
    late: Annotated[bool, typer.Option("--overdue", help="仅逾期未答复的 · only those overdue")] = False,
) -> None:
    """列出校核及其进展 · List the requests and what became of each; no value is shown."""
    from rich.table import Table

    from warehouse import verification
    from warehouse.model import Home
    from warehouse.model.vocabulary import VERIFICATION_STATE

    today = datetime.now(UTC).date()
    table = Table("编号 id", "状态 state", "提出 from", "属性 attribute", "数源 asked", "期限 due")
    shown = [r for r in verification.requests_of(Home.of(home.resolve())).values() if not late or r.overdue(today)]
    for r in shown:
        state = VERIFICATION_STATE[r.state] + (" 逾期 overdue" if r.overdue(today) else "")
        table.add_row(
            r.request_id, state, r.department, f"{r.kind}.{r.attribute}", " ".join(r.sources), str(r.due_on or "")
        )
    console().print(table if shown else "没有校核 · there are none", highlight=False)
