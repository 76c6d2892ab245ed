"""`onenet rebuild`: everything anew from the landing area, to compare with what is there or to take its place.

Belongs here: the command. Does not: how homes are compared (`pipelines.anew`).
"""

from __future__ import annotations

import tempfile
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.commands.options import (
    EXIT_CONFIGURATION,
    EXIT_STOPPED,
    CityFolder,
    ExistingHome,
    Platforms,
    check_configuration,
    city_of,
    console,
    leave,
)

if TYPE_CHECKING:
    from rich.console import Console

    from pipelines.anew import Verification
    from pipelines.settings import Settings

Verify = Annotated[
    bool,
    typer.Option(
        "--verify", help="只比较，不改动：实体与各表是否一致 · only compare entities and tables, change nothing"
    ),
]


def rebuild(home: ExistingHome, verify: Verify = False, city: CityFolder = None, platforms: Platforms = None) -> None:
    """从落地区重做一切，沿用现有模型 · Do everything anew from the landing area with the held models, and publish it.

    `--verify` 只在旁边重算，比较实体及发布库各表：一致退出 0，不一致退出 1 · only compares: exit 0 where every entity holds the same
    mentions and every table of the library the same rows, 1 where not.
    """
    from pipelines.settings import Settings

    out = console()
    with tempfile.TemporaryDirectory() as nothing_new:
        settings = Settings.of(nothing_new, home, city_of(city, platforms))
        check_configuration(settings)
        if not settings.home.landing.is_dir():
            leave(f"--home {home}: 没有落地区 · no landing area")
        raise typer.Exit(_compare(settings, out) if verify else _replace(settings, out))


def _compare(settings: Settings, out: Console) -> int:
    from pipelines.anew import verify_home
    from pipelines.locking import locked

    try:
        with locked(settings.home, lambda: out.print("等待另一个运行结束 · waiting for another run to end")):
            found = verify_home(settings)
    except FileNotFoundError:
        out.print("尚未归并，先运行 onenet run · nothing to compare with yet; run `onenet run` first", style="red")
        return EXIT_CONFIGURATION
    _print_entities(found, out)
    _print_tables(found, out)
    out.print("一致 equal" if found.equal else "不一致 not equal", style="green" if found.equal else "red")
    return 0 if found.equal else EXIT_STOPPED


def _print_entities(found: Verification, out: Console) -> None:
    from rich.table import Table

    table = Table("类型 kind", title="重建比较：实体 entities rebuilt against the home")
    for title in ("提及 mentions", "仅此处 only here", "仅重建 only anew", "实体 entities", "不一致 differing"):
        table.add_column(title, justify="right")
    for d in found.entities:
        table.add_row(d.kind, *(f"{n:,}" for n in (d.mentions, d.only_here, d.only_anew, d.entities, d.differing)))
    out.print(table)


def _print_tables(found: Verification, out: Console) -> None:
    """Tables that differ, with counts and columns; of the others their number alone."""
    from rich.table import Table

    from warehouse.release.rows import NAMES_ITSELF

    if found.version is None:
        out.print("尚无发布库，只比较实体 · no library yet; entities alone were compared", style="yellow")
        return
    if found.since:
        changed = "、".join(found.since)
        out.print(
            f"发布库生成后已有变化：{changed}；先运行 onenet run 再比较 · changed since the library was built: {changed};"
            " rows may differ by that, run `onenet run` first",
            style="yellow", soft_wrap=True,
        )  # fmt: skip
    differing = [d for d in found.tables if not d.equal]
    if differing:
        table = Table("表 table", title="重建比较：各表的行 rows rebuilt against the library")
        for title in ("行 rows", "仅此处 only here", "仅重建 only anew"):
            table.add_column(title, justify="right")
        table.add_column("不一致的列 columns", overflow="fold")
        for d in differing:
            table.add_row(d.table, *(f"{n:,}" for n in (d.rows, d.only_here, d.only_anew)), ", ".join(d.columns))
        out.print(table)
    left_out = "; ".join(f"{table} ({', '.join(sorted(columns))})" for table, columns in NAMES_ITSELF.items())
    out.print(
        f"发布库 {found.version}：{len(found.tables)} 张表，{len(differing)} 张不一致；不比较 {left_out}"
        f" · library {found.version}: {len(found.tables)} tables, {len(differing)} differ; not compared: {left_out}",
        highlight=False, soft_wrap=True,
    )  # fmt: skip


def _replace(settings: Settings, out: Console) -> int:
    from pipelines.locking import locked
    from pipelines.report import report_of, write_status
    from pipelines.run import run_main_job
    from pipelines.stages.rebuild import forget_stages
    from pipelines.summary import print_summary

    with locked(settings.home, lambda: out.print("等待另一个运行结束 · waiting for another run to end")):
        forget_stages(settings.home)
    outcome = run_main_job(settings, out)
    report = report_of(settings, outcome)
    for problem in write_status(settings.home, report):
        out.print(problem, style="yellow", highlight=False, soft_wrap=True)
    print_summary(settings, outcome, report, out)
    return report.exit_code
