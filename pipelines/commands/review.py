"""`onenet review …`: hand stewards the open questions, take in their answers, record and take back single decisions.

Belongs here: the commands. Does not: which questions (`pipelines.resolution.questions`), the ledger (`warehouse.judgements`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from pipelines.commands.options import ExistingHome, console, leave, named, typed

if TYPE_CHECKING:
    from pipelines.stages.learned import Learned
    from pipelines.stages.review import Imported
    from warehouse.model import Home
    from warehouse.model.data_model import DataModel

EXIT_PROBLEMS = 1
JUDGEMENT = re.compile("[Jj][0-9]+")

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_show_locals=False,  # locals may hold people's data
    help="待核与裁定：导出待核工作簿、导入裁定、查看台账 · Clerical review: hand out questions, take in judgements.",
)

By = Annotated[str, typer.Option(help="谁作的裁定（用户名）· who judges", envvar="ONENET_STEWARD", callback=named)]
Why = Annotated[str, typer.Option(help="理由 · why", callback=typed)]


class Verdict(StrEnum):
    """What may be decided."""

    same = "same"
    different = "different"
    unsure = "unsure"
    withdrawn = "withdrawn"


@app.command()
def export(
    home: ExistingHome,
    out: Annotated[Path, typer.Option(help="工作簿写到哪里 · the workbook to write, .xlsx")],
    limit: Annotated[int | None, typer.Option(min=1, help="最多多少题 · questions at most")] = None,
    kind: Annotated[list[str] | None, typer.Option(help="只问哪类，可重复 · only these kinds")] = None,
    again: Annotated[bool, typer.Option("--again", help="再问曾答不确定的 · ask again what was unsure")] = False,
    force: Annotated[bool, typer.Option("--force", help="覆盖已有的工作簿 · replace a workbook that is there")] = False,
) -> None:
    """导出待核工作簿，最值得问的在前 · Write the open questions as a workbook to fill in."""
    from pipelines.stages.review import export_review

    screen = console()
    _check_place(out, force)
    with _locked(home, screen) as one_home:
        _check_stages(one_home)
        asked = export_review(one_home, out, _asked_kinds(one_home, kind), limit, again=again)
    screen.print(f"{asked} 题 questions: {out}", highlight=False, soft_wrap=True)
    screen.print(
        "注意：工作簿含未脱敏的个人信息，仅本人可读（0600），用后删除 · it holds unmasked data; only you may read it; delete it after use",
        style="yellow", highlight=False, soft_wrap=True,
    )  # fmt: skip


def _asked_kinds(home: Home, wanted: list[str] | None) -> list[str]:
    """The kinds to ask about: those wanted, or all that are matched."""
    matched = [name for name, kind in home.data_model.kinds.items() if kind.matched]
    if unknown := sorted(set(wanted or ()) - set(matched)):
        leave(
            f"--kind {unknown[0]}: 没有需匹配的此类实体，可选 · no kind that is matched; allowed: {', '.join(matched)}"
        )
    return wanted or matched


@app.command("import")
def take_in(
    home: ExistingHome, file: Annotated[Path, typer.Argument(help="填好的工作簿 · the filled-in workbook")], by: By
) -> None:
    """导入裁定，下次运行生效 · Add the answers to the ledger; they bind the next run.

    退出码 exit code: 0 全部收下 all taken, 1 有答案未收下 some were not taken, each is named, 2 不是待核工作簿 no review workbook.
    """
    from pipelines.stages.review import import_review
    from warehouse.review import ReviewFileError

    screen = console()
    with _locked(home, screen) as one_home:
        _check_stages(one_home)
        try:
            done = import_review(one_home, file, by, datetime.now(UTC))
        except ReviewFileError as error:
            leave(str(error))
    _print_import(done, screen)
    raise typer.Exit(EXIT_PROBLEMS if done.problems else 0)


@app.command()
def judge(
    left: Annotated[
        str, typer.Argument(help="实体编号，或 平台:文件:工作表:行:角色 · entity id or mention", callback=typed)
    ],
    right: Annotated[str, typer.Argument(help="另一个 · the other one", callback=typed)],
    verdict: Annotated[Verdict, typer.Option(help="裁定 · what is decided")],
    by: By,
    home: ExistingHome,
    why: Why = "",
) -> None:
    """直接裁定两个实体或两条提及 · Decide about two entities or two mentions; `withdrawn` takes it back."""
    from pipelines.stages import judge as stage

    screen = console()
    with _locked(home, screen) as one_home:
        _check_stages(one_home)
        try:
            made = stage.judge(one_home, left, right, verdict.value, by=by, at=datetime.now(UTC), why=why)
        except stage.UnknownReferenceError as error:
            leave(str(error))
    _print_made(made, screen)


@app.command()
def withdraw(
    judgement: Annotated[str, typer.Argument(help="裁定编号，如 J000012 · id of the judgement")],
    by: By,
    home: ExistingHome,
    why: Why = "",
) -> None:
    """撤销一项裁定 · Take back a judgement, with all pairs of its statement; the ledger keeps both."""
    from pipelines.stages import judge as stage

    screen = console()
    if not JUDGEMENT.fullmatch(judgement.strip()):
        leave("应为裁定编号，如 J000012，见 onenet review list · the id of a judgement is wanted")
    with _locked(home, screen) as one_home:
        try:
            made = stage.withdraw(one_home, judgement, by=by, at=datetime.now(UTC), why=why)
        except stage.UnknownReferenceError as error:
            leave(str(error))
    _print_made(made, screen)


@app.command("list")
def ledger(
    home: ExistingHome,
    every: Annotated[bool, typer.Option("--all", help="包括已被取代的 · superseded ones too")] = False,
) -> None:
    """列出裁定台账 · List the judgements and what became of each; contradictions first.

    提及写成 平台:文件:工作表:行:角色，可直接用于 onenet review judge；其下是它现在所属的实体。
    """
    from rich.table import Table

    from pipelines.resolution.judged import tell_judgements
    from warehouse.model.judgement import CONTRADICTORY, SUPERSEDED
    from warehouse.model.vocabulary import JUDGEMENT_STATE, VERDICT

    place = _home(home, console())
    lines = tell_judgements(place).to_pylist()
    shown = [line for line in lines if every or line["judgement_state"] != SUPERSEDED]
    shown.sort(key=lambda line: (line["judgement_state"] != CONTRADICTORY, line["contradiction"] or 0))
    table = Table("编号 id", "类型 kind")
    for column in ("左 left", "右 right"):
        table.add_column(column, overflow="fold")  # whole: it is to be typed
    for column in ("裁定 verdict", "状态 state", "裁定人 by", "时间 UTC"):
        table.add_column(column)
    for line in shown:
        state, group = line["judgement_state"], line["contradiction"]
        table.add_row(
            line["judgement_id"],
            place.data_model.kind_titles.get(line["entity_kind"], line["entity_kind"]),
            *(_place(line, side) for side in ("left", "right")),
            VERDICT[line["verdict"]],
            f"{JUDGEMENT_STATE[state]}{f' 第 {group} 组' if group else ''}",
            line["judged_by"],
            str(line["judged_at"])[:16],
        )
    console().print(table if shown else "台账为空 · there are no judgements", highlight=False)


@app.command()
def learned(
    home: ExistingHome,
    kind: Annotated[list[str] | None, typer.Option(help="只看这些类型 · these kinds alone")] = None,
    most: Annotated[int, typer.Option("--most", min=1, help="每类最多列几级 · levels listed per kind")] = 12,
) -> None:
    """列出新模型改变了什么 · What the newest matching models changed: weights, pairs and clusters, before and after.

    `onenet run --retrain` 用裁定重新训练；相同与不同的裁定各满 20 对后，每项比较的权重由裁定校正。
    """
    from pipelines.stages.learned import learned_of

    place, screen = _home(home, console()), console()
    found = [one for name in _asked_kinds(place, kind) if (one := learned_of(place, name))]
    if not found:
        screen.print("还没有重新训练过的模型 · no model has taken the place of another yet: onenet run --retrain")
    for one in found:
        _print_learned(one, place.data_model, most, screen)


def _print_learned(learned: Learned, model: DataModel, most: int, screen: Console) -> None:
    from rich.table import Table

    from warehouse.review.question import comparison_words
    from warehouse.review.waterfall import words_of_comparison, words_of_level

    names = comparison_words(model, learned.kind)
    same, different = (learned.verdicts[verdict] for verdict in ("same", "different"))
    table = Table(
        "比较 comparison",
        "等级 level",
        "原 before",
        "现 after",
        title=f"{model.kind_titles[learned.kind]} {learned.kind}：{learned.why}",
    )
    if learned.shift[0] != learned.shift[1]:
        table.add_row("整体 all", "裁定校正 shift", *(f"{bits:+.2f}" for bits in learned.shift))
    for change in learned.weights[:most]:
        bits = ("–" if b is None else f"{b:+.2f}" for b in (change.before, change.after))
        table.add_row(words_of_comparison(change.comparison, names), words_of_level(change.level), *bits)
    if table.row_count:
        screen.print(table, highlight=False)
    else:
        screen.print(f"{table.title}，权重未变 · no weight has changed", highlight=False)
    words = {"accepted": "采纳 accepted", "review": "待核 review", "cut": "拆开 cut", "clusters": "实体 clusters"}
    told = "，".join(f"{words[name]} {before} → {after}" for name, (before, after) in learned.outcomes.items())
    screen.print(
        f"裁定 verdicts: 相同 same {same}，不同 different {different}；{told}\n合并 joined {learned.rows.joined}，拆开 parted"
        f" {learned.rows.parted}，涉及行 rows {learned.rows.rows}；另有 {max(len(learned.weights) - most, 0)} 级变化未列 more levels",
        highlight=False, soft_wrap=True,
    )  # fmt: skip


def _place(line: dict[str, Any], side: str) -> str:
    """Where a judged mention stands, as it is typed, and the entity it lies in; only whose it is where no row makes it now."""
    from warehouse.lineage import Place

    place = Place(*(line[f"{side}_{name}"] for name in Place._fields))
    if place.row_number is None:
        return f"{place.platform} {place.role}\n现无此行 no such row now"
    return f"{place}\n{line[f'{side}_entity_id'] or ''}"


def _print_import(done: Imported, screen: Console) -> None:
    from warehouse.model.vocabulary import VERDICT

    for problem in done.problems:
        screen.print(
            f"未收 not taken  {problem.sheet} 第 {problem.row} 行: {problem.reason}",
            style="red", markup=False, highlight=False,
        )  # fmt: skip
    if done.release != done.current:
        screen.print(
            f"导出时发布版 {done.release or '无'}，现为 {done.current or '无'}；来源行未变的答案仍然收下"
            " · exported from another release; answers about unchanged rows were taken",
            style="yellow", markup=False, highlight=False,
        )  # fmt: skip
    said = "，".join(f"{VERDICT[verdict]} {count}" for verdict, count in done.recorded.items()) or "无 none"
    screen.print(
        f"收下 recorded: {said}；此前已记 already there {done.repeated}；未答 unanswered {done.unanswered}；"
        f"未收 not taken {len(done.problems)}",
        highlight=False,
    )
    _print_contradictions(done.contradictions, screen)


def _print_made(made: list[str], screen: Console) -> None:
    through = made[0] if len(made) == 1 else f"{made[0]}–{made[-1]}（{len(made)} 对提及 pairs）"
    screen.print(f"已记 recorded {through}，下次运行生效 · it binds the next run", highlight=False)


def _print_contradictions(groups: int, screen: Console) -> None:
    if groups:
        screen.print(
            f"有 {groups} 组裁定相互矛盾，均不采用，见 onenet review list · contradictory judgements are left out",
            style="yellow", highlight=False,
        )  # fmt: skip


def _check_place(out: Path, force: bool) -> None:
    """Before anything is worked out: a workbook that is there may be filled in and not imported yet."""
    if out.is_dir():
        leave(f"--out {out}: 这是文件夹，应为 .xlsx 文件 · this is a folder; name a file")
    if not out.parent.is_dir():
        leave(f"--out {out}: 所在文件夹不存在，请先建立 · the folder it lies in does not exist; make it first")
    if out.exists() and not force:
        leave(
            f"--out {out}: 已有此文件，可能已填写而尚未导入；请先导入或另取文件名，确要覆盖用 --force"
            " · it is there already, perhaps filled in and not imported; import it, choose another name, or use --force"
        )


def _check_stages(home: Home) -> None:
    if not any(home.stage("mention", kind).exists() for kind in home.data_model.kinds):
        leave(
            f"{home.root}: 上次运行的中间结果 stage/ 不在，请先 onenet run"
            " · what the last run left in stage/ is gone; run `onenet run` first"
        )


@contextmanager
def _locked(folder: Path, screen: Console) -> Iterator[Home]:
    """The home, held: nothing is read or added while a run is writing."""
    from pipelines.locking import locked

    home = _home(folder, screen)
    with locked(home, lambda: screen.print("另一个运行正在写入该目录，等待其结束 · waiting for a run to end")):
        yield home


def _home(folder: Path, screen: Console) -> Home:
    from warehouse.model import Home

    home = Home.of(folder.resolve())
    if not home.library.exists():
        leave(f"{home.root}: 尚无发布版，请先 onenet run · there is no release yet; run onenet run first")
    return home
