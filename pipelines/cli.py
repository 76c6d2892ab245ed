"""The `onenet` command: parse arguments, call the stages, turn outcomes into exit codes.

Exit codes of `onenet run`: 0 with a release, 1 where the release was stopped (the former one stays), 2 for broken
configuration. Heavy imports happen inside the commands, so that `onenet --help` answers at once.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

app = typer.Typer(
    name="onenet",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_show_locals=False,  # locals may hold people's data
    help="**One Network（一张网）**：把各部门平台的导出文件汇成一个经过核验的基础库。\n\n"
    "Departmental exports in, one verified DuckDB base library out.",
)

EXIT_STOPPED = 1
EXIT_CONFIGURATION = 2

Inbox = Annotated[
    Path, typer.Option(help="交付文件夹：每个平台一个子文件夹 · one sub-folder per platform", envvar="ONENET_INBOX")
]
HomeFolder = Annotated[
    Path, typer.Option("--home", help="运行写入的一切 · everything a run writes", envvar="ONENET_HOME")
]
Platforms = Annotated[
    Path | None,
    typer.Option(
        help="平台描述 YAML 文件夹，默认随软件附带的 23 个 · platform descriptions", envvar="ONENET_PLATFORMS"
    ),
]


def _console() -> Console:
    # No wrapping where output goes to a file: a line stays a line.
    console = Console()
    return console if console.is_terminal else Console(width=160)


@app.command()
def run(
    inbox: Inbox,
    home: HomeFolder,
    platforms: Platforms = None,
) -> None:
    """接收交付、归并、检查、发布 · Land the deliveries, resolve, check and publish a release.

    退出码 exit code: 0 已发布 released, 1 检查未通过 stopped by a check (the former release stays), 2 配置有误 configuration.
    """
    from pipelines.run import run_main_job
    from pipelines.settings import Settings
    from pipelines.summary import print_summary
    from warehouse.model import Home

    console = _console()
    settings = Settings(inbox.resolve(), Home(home.resolve()), platforms and platforms.resolve())
    _check_configuration(settings, console)
    outcome = run_main_job(settings, console)
    print_summary(settings, outcome, console)
    raise typer.Exit(0 if outcome.released else EXIT_STOPPED)


@app.command()
def sample(
    out: Annotated[Path, typer.Option(help="写到哪里：deliveries/ 与 truth/ · where to write")],
    persons: Annotated[int, typer.Option(min=100, help="虚构人口数 · invented persons")] = 5_000,
    seed: Annotated[int, typer.Option(help="随机种子：相同种子写出相同城市 · same seed, same city")] = 1,
    noise: Annotated[float, typer.Option(min=0, max=3, help="错误率倍数 · factor on every error rate")] = 1.0,
) -> None:
    """写一座虚构城市的 23 个平台交付及其真值 · Write an invented city: deliveries of all 23 platforms, and its truth."""
    from connectors.sample import write_city

    summary = write_city(persons, seed, out, noise=noise)
    _console().print(f"{summary}", highlight=False)


@app.command()
def platforms(folder: Platforms = None) -> None:
    """列出并校验平台描述 · List the platform descriptions and check them."""
    from pipelines.settings import Settings
    from pipelines.summary import platform_table
    from warehouse.model import Home

    console = _console()
    settings = Settings(Path(), Home(Path()), folder)
    _check_configuration(settings, console, needs_inbox=False)
    console.print(platform_table(settings))


def _check_configuration(settings, console: Console, needs_inbox: bool = True) -> None:  # type: ignore[no-untyped-def]
    from connectors.registry import ConfigurationError

    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    try:
        settings.platforms, settings.code_tables  # noqa: B018  loading is the check
    except ConfigurationError as error:
        console.print(str(error), style="red", markup=False, highlight=False)
        raise typer.Exit(EXIT_CONFIGURATION) from None
    if needs_inbox and not settings.inbox.is_dir():
        console.print(
            f"--inbox {settings.inbox}: 没有这个文件夹；应为 <inbox>/<平台>/<文件> · no such folder; expected <inbox>/<platform>/<files>",
            style="red", markup=False, highlight=False,
        )  # fmt: skip
        raise typer.Exit(EXIT_CONFIGURATION)


if __name__ == "__main__":
    app()
