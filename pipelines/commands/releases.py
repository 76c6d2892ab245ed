"""`onenet releases`, `onenet diff` and `onenet rollback`: which releases are kept, what differs, going back.

Belongs here: the commands. Does not: comparing (`warehouse.release.compare`) or swapping (`warehouse.release.rollback`).
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.commands.options import ExistingHome, console, leave

if TYPE_CHECKING:
    from warehouse.model import Home

Version = Annotated[str, typer.Argument(help="发布版，见 onenet releases · version of a release")]
Older = Annotated[
    str | None, typer.Argument(help="较早的发布版，默认为其前一版 · the older one; default: the one before")
]
Newer = Annotated[
    str | None, typer.Argument(help="较新的发布版，默认为当前基础库 · the newer one; default: the library")
]
OneTable = Annotated[str | None, typer.Option(help="逐行列出某表的变化，如 base.person · name the rows of one table")]
Limit = Annotated[int, typer.Option(min=1, help="最多列出多少行 · at most so many rows")]


def releases(home: ExistingHome) -> None:
    """列出保留的发布版 · List the releases that are kept; the library is marked."""
    from rich.box import SIMPLE
    from rich.table import Table

    from warehouse.release import published
    from warehouse.release import releases as kept
    from warehouse.release.pointing import FORMS

    place = _home(home)
    current, manifests = published(place), list(kept(place))
    tables = {name for manifest in manifests for name, rows in manifest.tables.items() if rows}
    kinds = {kind: title for kind, title in place.data_model.kind_titles.items() if f"base.{kind}" in tables}
    table = Table("", box=SIMPLE)
    for column in ("发布版 version", "发布时间 published (UTC)"):
        table.add_column(column, no_wrap=True)
    table.add_column("实体 entities", overflow="fold")
    for column in ("交付 deliveries", "字节 bytes"):
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("附 beside", no_wrap=True)
    for manifest in manifests:
        entities = (f"{title} {manifest.tables.get(f'base.{kind}', 0):,}" for kind, title in kinds.items())
        beside = ["restricted"] if manifest.restricted else []
        beside += [form for form in FORMS if (place.release(manifest.version) / form).is_dir()]
        table.add_row(
            "▶" if manifest.version == current else "",
            manifest.version,
            f"{manifest.published_at:%Y-%m-%d %H:%M}",
            " · ".join(entities),
            *(f"{figure:,}" for figure in (len(manifest.deliveries), manifest.file.bytes)),
            " ".join(beside),
        )
    console().print(table)


def diff(
    home: ExistingHome, older: Older = None, newer: Newer = None, table: OneTable = None, limit: Limit = 50
) -> None:
    """比较两个发布版：各表新增、减少、改变的行数 · Compare two releases: rows added, removed and changed per table."""
    from rich.table import Table

    from warehouse.release import ReleaseError, changed_rows, compare_releases

    place, out = _home(home), console()
    for version in (older, newer):
        _check_version(version)
    older, newer = _pair(place, older, newer)
    out.print(f"{older} → {newer}", highlight=False)
    try:
        if table:
            rows = changed_rows(place, older, newer, table, limit)
            shown = Table(*rows.column_names)
            for row in rows.to_pylist():
                shown.add_row(*(", ".join(v) if isinstance(v, list) else str(v) for v in row.values()))
        else:
            shown = Table("表 table")
            for column in ("原有 before", "现有 after", "新增 added", "减少 removed", "改变 changed"):
                shown.add_column(column, justify="right")
            for change in compare_releases(place, older, newer):
                figures = (change.before, change.after, change.added, change.removed, change.changed)
                shown.add_row(change.table, *(f"{figure:,}" for figure in figures))
    except ReleaseError as error:
        leave(str(error))
    out.print(shown)


def rollback(version: Version, home: ExistingHome) -> None:
    """退回到保留的发布版，核验后切换 · Make a kept release the library again, after verifying it.

    编号登记不回退：已发出的编号不会再用。有新数据的下一次运行照常发布新版。
    """
    from pipelines.locking import locked
    from pipelines.recovery import recover
    from warehouse.release import ReleaseError
    from warehouse.release import rollback as go_back

    place, out = _home(home), console()
    _check_version(version)
    with locked(place, lambda: out.print("另一个运行正在写入，等待其结束 · waiting for another run to end")):
        # A run killed right after publishing has not told the register of ids, which can't be told later.
        recover(place)
        try:
            library = go_back(place, version)
        except ReleaseError as error:
            leave(str(error))
    out.print(f"基础库现为 the library is now {version}: {library}", highlight=False, soft_wrap=True)


def _home(folder: Path) -> Home:
    from warehouse.model import Home

    return Home.of(folder.resolve())


def _check_version(version: str | None) -> None:
    """What is not shaped like a version is not repeated: who knows what was typed."""
    if version is not None and not re.fullmatch("[0-9]+-[0-9a-f]+", version):
        leave("应为发布版号，如 0007-5f2c91ab，见 onenet releases · the version of a release is wanted")


def _pair(home: Home, older: str | None, newer: str | None) -> tuple[str, str]:
    """The two versions meant: the library, and the release before the newer one."""
    from warehouse.release import published
    from warehouse.release import releases as kept

    versions = [manifest.version for manifest in kept(home)]
    newer = newer or published(home) or ""
    before = versions[: versions.index(newer)] if newer in versions else []
    if older is None and not before:
        leave("没有两个发布版可比，见 onenet releases · there are no two releases to compare; see `onenet releases`")
    return older or before[-1], newer
