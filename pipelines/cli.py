"""The `onenet` command: parse arguments, call the stages, turn outcomes into exit codes.

Exit codes of `onenet run`: 0 all well, 1 where the release was stopped (the former one stays), 2 for broken configuration,
3 with a release while something was rejected, is held or can't be reached. Every command ends with 2 where the machine or a file is at fault (`pipelines.commands.faults`). Heavy imports
happen inside the commands, so that `onenet --help` answers at once.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from pipelines.commands import (
    backup,
    deliveries,
    describe,
    export,
    ledger,
    lineage,
    portal,
    rebuild,
    releases,
    review,
    trial,
    verification,
)
from pipelines.commands.faults import Guarded
from pipelines.commands.options import (
    CityFolder,
    Engine,
    HomeFolder,
    Inbox,
    Platforms,
    check_configuration,
    check_environment,
    city_of,
    console,
    leave,
    settings_of,
)

app = typer.Typer(
    name="onenet",
    cls=Guarded,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_show_locals=False,  # locals may hold people's data
    help="**One Network（一张网）**：把各部门平台的导出文件汇成一个经过核验的基础库。\n\n"
    "Departmental exports in, one verified DuckDB base library out.",
)


@app.command()
def run(
    inbox: Inbox,
    home: HomeFolder,
    city: CityFolder = None,
    platforms: Platforms = None,
    retrain: Annotated[
        bool, typer.Option("--retrain", help="重新训练匹配模型 · train the matching models anew")
    ] = False,
    engine: Engine = "local",
    as_json: Annotated[
        bool, typer.Option("--json", help="结果以 JSON 输出 · print the result as JSON, and nothing else, on stdout")
    ] = False,
) -> None:
    """接收交付、归并、检查、发布 · Land the deliveries, resolve, check and publish a release.

    退出码 exit code: 0 一切正常 all well, 1 中止未发布 stopped (the former release stays), 2 配置有误 configuration, 3 已发布，但有退回、待确认或连接不上的
    released, but something was rejected, is held or can't be reached.
    """
    import time

    from pipelines.nothing_new import nothing_new, record_success, run_fingerprint
    from pipelines.report import Report, report_of, report_unchanged
    from warehouse.model.layout import require_layout

    began = time.time()
    out = console(stderr=as_json)
    settings = settings_of(inbox, home, city_of(city, platforms), engine)
    check_configuration(settings)
    require_layout(settings.home)
    if retrain:
        from pipelines.stages.models import ask_for_new_models

        ask_for_new_models(settings.home)

    def end(report: Report) -> NoReturn:
        from pipelines.alerts import alert
        from pipelines.report import write_status

        for problem in (*write_status(settings.home, report), *alert(settings, report)):
            out.print(problem, style="yellow", highlight=False, soft_wrap=True)
        if as_json:
            sys.stdout.write(json.dumps(report.as_dict(), ensure_ascii=False, indent=1) + "\n")
        raise typer.Exit(report.exit_code)

    now = run_fingerprint(settings)
    if nothing_new(settings, now):
        from pipelines.summary import print_nothing_new

        report = report_unchanged(settings, began)
        print_nothing_new(settings, report, out)
        end(report)
    check_environment()
    from pipelines.run import run_main_job
    from pipelines.summary import print_summary

    outcome = run_main_job(settings, out)
    if outcome.released:
        record_success(settings.home, now)
    report = report_of(settings, outcome)
    print_summary(settings, outcome, report, out)
    end(report)


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(help="新建的城市文件夹 · the folder to write")],
) -> None:
    """新建一座城市的文件夹 · Write the folder of a city: platforms, codes, kinds, checks, settings."""
    from pipelines import city

    try:
        written = city.init(folder)
    except FileExistsError:
        leave(f"{folder}: 文件夹不为空，请换一个 · the folder is not empty; choose another")
    console().print(f"已写入 {len(written)} 个文件 files: {folder}", highlight=False)


@app.command()
def sample(
    out: Annotated[Path, typer.Option(help="写到哪里：deliveries/ 与 truth/ · where to write")],
    persons: Annotated[int, typer.Option(min=100, help="虚构人口数 · invented persons")] = 5_000,
    seed: Annotated[int, typer.Option(min=0, help="随机种子：相同种子写出相同城市 · same seed, same city")] = 1,
    noise: Annotated[float, typer.Option(min=0, max=3, help="错误率倍数 · factor on every error rate")] = 1.0,
    days: Annotated[
        int,
        typer.Option(
            min=0, max=30, help="此后逐日交付的天数：写到 days/<日期>/ · later days, each with its deliveries"
        ),
    ] = 0,
    cities: Annotated[
        int,
        typer.Option(min=1, max=3, help="几座城市，合为一库 · so many cities for one home, of so many persons each"),
    ] = 1,
) -> None:
    """写一座虚构城市全部平台的交付及其真值 · Write an invented city: deliveries of every platform, and its truth.

    `--cities N` writes several for one home, with people who moved between them: `OUT/city` declares them
    (`onenet run --city OUT/city`), `OUT/truth/<code>` is the truth of each.

    `--days N` lets the city live on for N days (moves, births, deaths, marriages, new names, phones, owners, closed
    firms): `OUT/days/<yyyymmdd>/deliveries` is the inbox of that day, to be run one after another on the same home, and
    `…/truth` the truth after it.
    """
    from connectors.sample import write_cities, write_city

    later = range(1, days + 1)
    if cities == 1:
        summaries = [write_city(persons, seed, out, noise=noise, days=later)]
    else:
        summaries = write_cities(cities, persons, seed, out, noise=noise, days=later)
    for summary in summaries:
        console().print(f"{summary}", highlight=False)


@app.command()
def platforms(
    city: CityFolder = None,
    folder: Annotated[
        Path | None,
        typer.Option(
            "--platforms",
            "--folder",
            help="平台描述 YAML 文件夹，默认随软件附带的 · platform descriptions",
            envvar="ONENET_PLATFORMS",
        ),
    ] = None,
) -> None:
    """列出并校验平台描述 · List the platform descriptions and check them."""
    from pipelines.settings import Settings
    from pipelines.summary import platform_table

    out = console()
    settings = Settings.of(Path(), Path(), city_of(city, folder))
    check_configuration(settings, needs_inbox=False)
    out.print(platform_table(settings))


for command in (
    *(releases.releases, releases.diff, releases.rollback),
    *(deliveries.deliveries, deliveries.confirm, deliveries.refuse),
    *(lineage.trace, lineage.explain),
    *(backup.backup, backup.restore),
    *(rebuild.rebuild, describe.describe),
):
    app.command()(command)
app.command("try")(trial.try_file)
app.add_typer(review.app, name="review")
app.add_typer(verification.app, name="verification")
app.add_typer(ledger.app, name="ledger")
app.add_typer(export.app, name="export")
app.add_typer(portal.app, name="portal")

if __name__ == "__main__":
    app()
