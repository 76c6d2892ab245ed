"""What the commands share: options and how what was typed is looked at, the console, leaving with a line that says why.

Belongs here: what more than one command needs. Does not: what one of them does; faults nobody looked for (`faults`).
"""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from rich.console import Console

if TYPE_CHECKING:
    from pipelines.city import City
    from pipelines.settings import Settings

EXIT_STOPPED = 1
EXIT_CONFIGURATION = 2

HOME = "onenet.home"
"""Under this name a context's `meta` holds the home, for who tells of errors (`pipelines.commands.faults`)."""

Inbox = Annotated[
    str,
    typer.Option(
        metavar="PATH", envvar="ONENET_INBOX",
        help="交付文件夹：每个平台一个子文件夹；也可为 sftp:// 或 s3:// · one sub-folder per platform; also sftp:// or s3://",
    ),
]  # fmt: skip


def settings_of(inbox: str, home: Path, city: City, engine: str = "local") -> Settings:
    """The settings of a run; says what is wrong with the address of the inbox and leaves with exit code 2."""
    from connectors.registry import ConfigurationError
    from pipelines.settings import Settings

    try:
        return Settings.of(inbox, home, city, engine)
    except ConfigurationError as error:
        leave(str(error))


def _noted(ctx: typer.Context, home: Path) -> Path:
    ctx.meta[HOME] = home
    return home


def existing(ctx: typer.Context, home: Path) -> Path:
    """The home of a command that reads one; where there is none it says so and leaves, and nothing is created."""
    from warehouse.model import Home

    place = Home.of(_noted(ctx, home))
    if not (place.landing.is_dir() or place.library.exists() or place.release("").is_dir()):
        leave(f"--home {home}: 此处没有运行目录，请核对路径，或先 onenet run · no home here; check the path, or run `onenet run` first")  # fmt: skip
    return home


def typed(text: str | None) -> str | None:
    """A callback: text that can be written down. Bytes a terminal sent in another encoding than it says can not."""
    try:
        (text or "").encode()
    except UnicodeEncodeError:
        leave(
            "所输入的文字无法识别，请将终端编码设为 UTF-8 · what was typed can't be read; set the terminal's encoding to UTF-8"
        )
    return text


def named(by: str) -> str:
    """A callback: the name of who decides, for the record; a blank one is none."""
    name = (typed(by) or "").strip()
    if not name:
        leave("--by: 请写明姓名，不能为空 · say who decides: a name is wanted")
    return name


HomeFolder = Annotated[
    Path,
    typer.Option("--home", help="运行写入的一切 · everything a run writes", envvar="ONENET_HOME", callback=_noted),
]
ExistingHome = Annotated[
    Path,
    typer.Option("--home", help="运行写入的一切 · everything a run writes", envvar="ONENET_HOME", callback=existing),
]
CityFolder = Annotated[
    Path | None,
    typer.Option(
        "--city", help="城市文件夹，见 onenet init；默认随软件附带的示例城市 · folder of the city", envvar="ONENET_CITY"
    ),
]
Platforms = Annotated[
    Path | None,
    typer.Option(
        "--platforms", help="平台描述 YAML 文件夹，默认随软件附带的 · platform descriptions", envvar="ONENET_PLATFORMS"
    ),
]


Engine = Annotated[
    str,
    typer.Option(
        "--engine",
        help="标准化、匹配、择优与关系在何处运行：local、duckdb、sc://主机:端口、spark://主机:端口；结果相同 · where rows are standardised and matched, golden records and relations made; what comes out is the same",
        envvar="ONENET_ENGINE",
    ),
]


def console(*, stderr: bool = False) -> Console:
    """Where commands print: on the screen, or beside it where `stderr`. No wrapping where output goes to a file: a line stays a line.

    Text is printed as it is: names, files and paths come from people and may hold what rich would take for markup
    (`[old]`, `[/]`) or for an emoji (`:house:`). What is to have a colour is a `Text` or has a style.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A terminal may lack a character, a file name be in no encoding.
        sys.stdout.reconfigure(errors="backslashreplace")
    found = Console(markup=False, emoji=False, stderr=stderr)
    return found if found.is_terminal else Console(width=160, markup=False, emoji=False, stderr=stderr)


def leave(message: str) -> NoReturn:
    """Say in red what is wrong and leave with exit code 2."""
    console().print(message, style="red", highlight=False, soft_wrap=True)
    raise typer.Exit(EXIT_CONFIGURATION)


def city_of(city: Path | None, platforms: Path | None) -> City:
    """The city of two options; says what is wrong with its kinds and leaves with exit code 2."""
    from connectors.registry import ConfigurationError
    from pipelines.city import City

    named = City(city and city.resolve(), platforms and platforms.resolve())
    try:
        named.check()
    except ConfigurationError as error:
        leave(str(error))
    return named


def check_configuration(settings: Settings, *, needs_inbox: bool = True) -> None:
    """Load the platform descriptions and look for the inbox; say what is wrong and leave with exit code 2."""
    from connectors.registry import ConfigurationError
    from pipelines.engine import EngineError, check_url

    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    try:
        settings.city.check()
        check_url(settings.engine)
    except (ConfigurationError, EngineError) as error:
        leave(str(error))
    if needs_inbox and not settings.remote and not settings.inbox.is_dir():
        leave(
            f"--inbox {settings.inbox}: 没有这个文件夹；应为 <inbox>/<平台>/<文件> · no such folder; expected <inbox>/<platform>/<files>"
        )


def check_environment() -> None:
    """Look at what a run reads from the environment before it begins; say what is wrong and leave with exit code 2."""
    from connectors.registry import ConfigurationError
    from pipelines.stages.models import days
    from warehouse.release import ReleaseError, Retention, restricted_key

    try:
        days(), Retention.from_environment(), restricted_key()
    except (ConfigurationError, ReleaseError) as error:
        leave(str(error))
