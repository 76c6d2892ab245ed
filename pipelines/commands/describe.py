"""`onenet describe`: a first platform description out of one delivered file.

Belongs here: the command. Does not: the looking (`connectors.describe`).
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from pipelines.commands.options import CityFolder, city_of, leave

NAME = r"[a-z][a-z0-9_]*"


def describe(
    file: Annotated[Path, typer.Argument(help="一份交付文件 · a delivered file")],
    city: CityFolder = None,
    out: Annotated[
        Path | None,
        typer.Option(
            help="写到这个文件，文件名即平台名；默认写到屏幕 · write it here; the name of the file names the platform"
        ),
    ] = None,
) -> None:
    """看一份文件，起草平台描述 · Look at a file and write a first platform description.

    列的含义按列名和值的形状推断，注释写明理由；不写出任何人的信息 · Meanings are guessed from headings and shapes of values, comments
    say why, and no person's data is shown.
    """
    if not file.is_file():
        leave(f"{file}: 没有这个文件 · no such file")
    if out and (out.exists() or out.suffix != ".yaml" or not re.fullmatch(NAME, out.stem) or not out.parent.is_dir()):
        leave(
            f"--out {out}: 应为尚不存在的 <平台>.yaml，平台名为小写字母、数字、下划线，所在文件夹须已存在 · "
            "a new <platform>.yaml is wanted in a folder there is, its name small letters, digits and _"
        )
    model = city_of(city, None)
    from connectors.describe import describe as described
    from connectors.rows import DeliveryRejected
    from pipelines.standardise.recognition import Recognition

    try:
        name, cities = out.stem if out else "", tuple(model.settings.cities)
        text = described(file, name, model.data_model, model.code_tables, Recognition(), cities)
    except DeliveryRejected as verdict:
        leave(f"{file.name}: {verdict.reason} · can't be described ({verdict.code})")
    if out:
        out.write_text(text, encoding="utf-8")
        typer.echo(f"已写入 written: {out}")
    else:
        typer.echo(text, nl=False)
