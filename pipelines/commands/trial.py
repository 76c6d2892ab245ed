"""`onenet try`: one file read under one description, without a home.

Belongs here: the command and how it is shown. Does not: the trial itself (`pipelines.trial`).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.commands.options import CityFolder, city_of, console, leave

if TYPE_CHECKING:
    from rich.console import Console

    from connectors.spec import Platform
    from pipelines.city import City
    from pipelines.trial import DatasetTrial, Trial


def try_file(
    platform: Annotated[Path, typer.Argument(help="平台描述 YAML · the description")],
    file: Annotated[Path, typer.Argument(help="一份交付文件 · a delivered file")],
    city: CityFolder = None,
    inbox: Annotated[
        Path | None,
        typer.Option(
            help="含本市地址、网格参照的交付文件夹 · deliveries with the city's references of addresses and grids"
        ),
    ] = None,
    rows: Annotated[int, typer.Option(min=0, max=50, help="每个角色显示几行 · examples per role")] = 3,
) -> None:
    """按描述试读一份文件 · Read one file under a description and show what becomes of it; nothing is kept.

    退出码 exit code: 0 可读 readable, 2 描述或文件有误 the description or the file is wrong.
    """
    for path, what in ((platform, "PLATFORM"), (file, "FILE")):
        if not path.is_file():
            leave(f"{what} {path}: 没有这个文件 · no such file")
    if inbox and not inbox.is_dir():
        leave(f"--inbox {inbox}: 没有这个文件夹 · no such folder")
    named = city_of(city, None)
    described = _described(platform, named)
    from connectors.rows import DeliveryRejected
    from pipelines.trial import try_platform

    try:
        trial = try_platform(described, file, named, inbox, rows)
    except DeliveryRejected as verdict:
        leave(f"{file.name}: {verdict.reason} · not readable under {platform.name} ({verdict.code})")
    _show(trial, console())


def _described(path: Path, city: City) -> Platform:
    from connectors.registry import ConfigurationError, load_platform
    from pipelines.cities import require_city

    try:
        platform = load_platform(path, city.data_model, city.code_tables)
        require_city(path.stem, platform, city.settings.titles)
        return platform
    except ConfigurationError as error:
        leave(str(error))


def _show(trial: Trial, out: Console) -> None:
    out.print(
        f"行 rows: 读到 delivered {trial.delivered:,}，可用 landed {trial.landed:,}，退回 rejected {trial.rejected:,}",
        highlight=False,
    )
    for (reason, column), count in sorted(trial.reasons.items(), key=lambda item: -item[1]):
        out.print(f"  退回 {count:,}: {reason}{f' [{column}]' if column else ''}", highlight=False, soft_wrap=True)
    for warning in trial.warnings:
        out.print(f"  注意 warning: {warning}", highlight=False, soft_wrap=True)
    for dataset in trial.datasets:
        _show_dataset(dataset, out)


def _show_dataset(dataset: DatasetTrial, out: Console) -> None:
    from rich.table import Table

    out.print(f"\n数据集 dataset {dataset.name}: {dataset.rows:,} 行 rows", style="bold", highlight=False)
    columns = Table("列 column", "有值 filled", "说明 note")
    for column in dataset.columns:
        absent = "已声明，文件中没有 · declared and missing"
        note = "未声明，只落地不使用 · not declared" if not column.declared else "" if column.present else absent
        columns.add_row(column.name, f"{column.filled:,}", note)
    out.print(columns)
    values = Table("角色 role", "提及 mentions", "属性 attribute", "有值 filled", "标准值 standard", "空 null")
    for role, count in dataset.mentions.items():
        own = [a for a in dataset.attributes if a.role == role]
        for place, a in enumerate(own):
            head = ("", "") if place else (role, f"{count:,}")
            values.add_row(
                *head, f"{a.kind}.{a.cell}", f"{a.filled:,}", f"{a.standard:,}", f"{a.filled - a.standard:,}"
            )
    if dataset.mentions:
        out.print(values)
    for role, examples in dataset.examples.items():
        for example in examples:
            cells = "  ".join(f"{name}={value}" for name, value in example.items())
            out.print(f"  {role}: {cells}", highlight=False, soft_wrap=True)
