"""Options that several commands share, the console they print on, and how they refuse broken configuration."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

if TYPE_CHECKING:
    from pipelines.settings import Settings

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
    typer.Option(help="平台描述 YAML 文件夹，默认随软件附带的 · platform descriptions", envvar="ONENET_PLATFORMS"),
]


def console() -> Console:
    """Where commands print. No wrapping where output goes to a file: a line stays a line.

    Text is printed as it is: names, files and paths come from people and may hold what rich would take for markup
    (`[old]`, `[/]`) or for an emoji (`:house:`). What is to have a colour is a `Text` or has a style.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(
            errors="backslashreplace"
        )  # a terminal may lack a character, a file name be in no encoding
    found = Console(markup=False, emoji=False)
    return found if found.is_terminal else Console(width=160, markup=False, emoji=False)


def check_configuration(settings: Settings, out: Console, *, needs_inbox: bool = True) -> None:
    """Load the platform descriptions and look for the inbox; say what is wrong and leave with exit code 2."""
    from connectors.registry import ConfigurationError

    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    try:
        settings.platforms, settings.code_tables  # noqa: B018  loading is the check
    except ConfigurationError as error:
        out.print(str(error), style="red", markup=False, highlight=False)
        raise typer.Exit(EXIT_CONFIGURATION) from None
    if needs_inbox and not settings.inbox.is_dir():
        out.print(
            f"--inbox {settings.inbox}: 没有这个文件夹；应为 <inbox>/<平台>/<文件> · no such folder; expected <inbox>/<platform>/<files>",
            style="red", markup=False, highlight=False,
        )  # fmt: skip
        raise typer.Exit(EXIT_CONFIGURATION)
