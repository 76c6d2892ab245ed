"""`onenet trace` and `onenet explain`: the story of an id, and why two mentions are linked. No personal value is printed.

Belongs here: the commands and their tables. Does not: the questions to the release (`warehouse.lineage`).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.text import Text

from pipelines.commands.options import ExistingHome, console, leave, typed

if TYPE_CHECKING:
    from rich.table import Table

    from warehouse.lineage import Link, Place, Trace
    from warehouse.model import Home

OUTCOME_COLOURS = {"accepted": "green", "review": "yellow", "cut": "red"}


def trace(
    entity_id: Annotated[str, typer.Argument(help="实体编号，如 P4ZK1T9XJ · an entity id", callback=typed)],
    home: ExistingHome,
    limit: Annotated[int, typer.Option(min=1, help="最多列出多少条提及 · mentions listed at most")] = 50,
) -> None:
    """一个编号的来龙去脉 · The story of an id: born, merged, split, withdrawn, and its mentions now."""
    from rich.table import Table

    from pipelines.resolution.identity import was_given
    from warehouse import lineage
    from warehouse.model.vocabulary import EVENT, ROLE

    out = console()
    known = _home(home)
    entity = _valid(known, entity_id)
    found = lineage.trace(known.library, entity)
    if not found.kind:
        if was_given(known, entity):
            leave(
                f"{entity}: 由另一发布版发出，现在的基础库没有它，见 onenet releases · given by another release than the library"
            )
        leave(f"{entity}: 编号有效，但从未发出 · a valid id that was never given")
    state = "现行 current"
    if not found.current:
        state = "已撤回 withdrawn"
    elif found.current != (entity,):
        state = f"现为 now {'、'.join(found.current)}"
    out.print(
        Text.assemble((entity, "bold"), f" {known.data_model.kind_titles.get(found.kind, '')} {found.kind} · {state}")
    )
    if found.absorbed:
        out.print(f"由此前编号并入 leads here: {'、'.join(found.absorbed)}", highlight=False)
    story = Table("发布版 release", "事件 event", "另一编号 other id", title="沿革 history", title_justify="left")
    for event in found.events:
        story.add_row(event.release, f"{EVENT.get(event.event, '')} {event.event}", event.other_id)
    out.print(story)
    if not found.mentions:
        return
    table = Table("平台 platform", "文件 file", "工作表 sheet", title="提及 mentions", title_justify="left")
    table.add_column("行 row", justify="right")
    table.add_column("角色 role")
    table.add_column("主张日期 claimed")
    table.add_column("概率 probability", justify="right")
    for place, claimed, probability in found.mentions[:limit]:
        likely = "" if probability is None else f"{probability:.4f}"
        role = f"{ROLE.get(place.role, '')} {place.role}"
        table.add_row(place.platform, place.file_name, place.sheet_name, str(place.row_number), role, str(claimed or ""), likely)  # fmt: skip
    out.print(table)
    if len(found.mentions) > limit:
        out.print(f"另有 {len(found.mentions) - limit} 条 · more; see --limit", highlight=False)


def explain(
    reference: Annotated[
        str, typer.Argument(help="实体编号，或 平台:文件:工作表:行:角色 · entity id or mention", callback=typed)
    ],
    home: ExistingHome,
    other: Annotated[
        str | None, typer.Argument(help="另一个编号或提及 · the other one of a pair", callback=typed)
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="最多展开多少对 · pairs shown in full at most")] = 3,
) -> None:
    """为什么归为一个（或没有）· Why mentions are linked, level by level.

    一个编号：它的各条链接，最弱的先列。两个编号或两条提及：它们之间的依据。
    """
    from warehouse import lineage

    out = console()
    known = _home(home)
    library = known.library
    one, place = _entity(known, reference, out)
    two, place_2 = _entity(known, other, out) if other else (one, None)
    for judged in lineage.judged_between(library, one, two):
        _print_judgement(judged, out)
    links = lineage.links_of(library, one) if one == two else lineage.links_between(library, one, two)
    if one != two:
        _print_apart(known, one, two, links, out)
    elif not place:
        _print_made_of(lineage.trace(library, one), links, out)
    if place and place_2:
        direct = [link for link in links if {link.left, link.right} == {place, place_2}]
        links = direct or lineage.chain(links, place, place_2)
        if links and not direct:
            out.print("两条提及没有直接比较出的链接，经由以下各对相连 · linked through:", highlight=False)
    elif place:
        links = [link for link in links if place in (link.left, link.right)]
    if not links:
        out.print(
            "没有采纳、待核或拆开的候选对：单独一条提及，或权重低于待核阈值"
            " · no pair was accepted, queued or cut: a mention alone, or a weight below the review threshold",
            highlight=False,
        )
        return
    if len(links) > 1:
        out.print(_overview(links))
    shown = links if place and place_2 else links[:limit]
    for link in shown:
        out.print(_waterfall(known, link))
    if len(links) > len(shown):
        out.print(f"另有 {len(links) - len(shown)} 对 · more pairs; see --limit", highlight=False)


def _print_apart(home: Home, one: str, other: str, links: list[Link], out: Console) -> None:
    """Why two entities are two: the constraint as such, else what the best pair lacks and what would give it."""
    from pipelines.resolution.apart import why_apart
    from warehouse.review import comparison_words, words_of_comparison

    kind = next((name for name, kind in home.data_model.kinds.items() if kind.prefix == one[0]), "")
    if other[0] != one[0] or kind not in home.data_model.kinds or not home.data_model.kinds[kind].matched:
        return
    best = max(links, key=lambda link: link.weight, default=None)
    apart = why_apart(home, kind, one, other, best.levels if best else None, best.weight if best else None)
    words = comparison_words(home.data_model, kind)
    out.print(f"{one} 与 {other} 是两个实体 · two entities:", highlight=False, style="bold")
    for column in apart.barred:
        out.print(
            f"  约束 constraint: {words.get(column, column)}（{column}）两边各有一个且不同，一个实体只能有一个，不论其他是否相符"
            " · each holds another one, an entity holds one only", markup=False, highlight=False,
        )  # fmt: skip
    if apart.lacking is None:
        out.print("  没有一对提及达到待核阈值，或没有规则找到过 · no pair reached the review threshold, or no rule found one", highlight=False)  # fmt: skip
    elif apart.lacking:
        out.print(f"  最强一对还差 {apart.lacking:.2f} 位（采纳需 {apart.accept:+.2f}）· the best pair lacks so many bits", highlight=False)  # fmt: skip
    elif apart.by_mean:
        out.print("  单看最强一对已够，但两边各对的平均不够 · the best pair is enough, the mean over all pairs is not", highlight=False)  # fmt: skip
    if apart.would and not apart.barred:
        told = "、".join(f"{words_of_comparison(name, words)} {bits:+.1f}" for name, bits in apart.would[:5])
        out.print(f"  一边未填、若填且相符可至多再加 · would add, were it known and equal: {told}", highlight=False)
    out.print(f"  由人裁定 · or a person says so: onenet review judge {one} {other} --verdict same", highlight=False)


def _print_made_of(found: Trace, links: list[Link], out: Console) -> None:
    """How an entity was built: of how many rows, from where, and what holds it together."""
    from collections import Counter

    inside = [link for link in links if link.outcome == "accepted" and link.left_entity == link.right_entity]
    platforms = Counter(place.platform for place, _, _ in found.mentions)
    rows = "、".join(f"{platform} {count}" for platform, count in platforms.most_common())
    out.print(f"由 {len(found.mentions)} 条提及合成 · made of: {rows}", highlight=False)
    if inside:
        best = {place: max(link.weight for link in inside if place in (link.left, link.right)) for link in inside for place in (link.left, link.right)}  # fmt: skip
        loosest = min(best, key=lambda place: (best[place], place))
        out.print(
            f"{len(inside)} 条链接；系得最松的一条提及 · the loosest mention: {loosest}（{best[loosest]:+.2f}）",
            markup=False, highlight=False,
        )  # fmt: skip


def _overview(links: list[Link]) -> Table:
    from rich.table import Table

    table = Table(title="链接，最弱的在前 links, weakest first", title_justify="left")
    for heading in ("左 left", "右 right"):
        table.add_column(heading, overflow="fold")  # whole, to be typed back in
    table.add_column("结果 outcome")
    table.add_column("权重 weight", justify="right")
    table.add_column("概率 probability", justify="right")
    for link in links:
        table.add_row(
            str(link.left),
            str(link.right),
            _outcome(link),
            f"{link.weight:+.2f}",
            f"{link.probability:.4f}",
        )
    return table


def _waterfall(home: Home, link: Link) -> Table:
    """Levels and weights line by line; of a pair a person called the same the first line is what the judgement adds."""
    from rich.table import Table

    from pipelines.matching.engine.links import MUST_LINK_WEIGHT
    from warehouse.review import comparison_words, steps_of, words_of_comparison, words_of_level

    words = comparison_words(home.data_model, link.kind)
    sides = f"左 {link.left_entity}  {link.left}\n右 {link.right_entity}  {link.right}\n"
    title = Text.assemble(sides, _outcome(link), style="table.title")
    table = Table("依据 comparison", "等级 level", title=title, title_justify="left")
    table.add_column("权重 bits", justify="right")
    table.add_column("累计 running", justify="right")
    judged = "裁定与" if link.weight == MUST_LINK_WEIGHT else ""
    for step in steps_of(link.levels, link.weights, link.weight):
        comparison = f"{judged if step.comparison == 'prior' else ''}{words_of_comparison(step.comparison, words)} {step.comparison}"
        level = f"{words_of_level(step.level)} {step.level}" if step.level else ""
        table.add_row(comparison, level, f"{step.weight:+.2f}", f"{step.running:+.2f}")
    silent = [name for name in link.levels if name not in link.weights]
    table.add_section()
    table.add_row("合计 total", "", f"{link.weight:+.2f}", f"{link.probability:.2%}")
    if silent:
        unsaid = "、".join(words_of_comparison(name, words) for name in silent)
        table.caption = f"不说明问题 say nothing: {unsaid}"
        table.caption_justify = "left"
    return table


def _outcome(link: Link) -> Text:
    from warehouse.model.vocabulary import OUTCOME

    return Text(f"{OUTCOME.get(link.outcome, '')} {link.outcome}", OUTCOME_COLOURS.get(link.outcome, "white"))


def _print_judgement(judged: tuple[object, ...], out: Console) -> None:
    from warehouse.model.vocabulary import JUDGEMENT_STATE, VERDICT

    judgement, verdict, state, by, at = map(str, judged)
    out.print(
        f"裁定 judgement {judgement}: {VERDICT.get(verdict, '')} {verdict}"
        f"（{JUDGEMENT_STATE.get(state, '')} {state}）{by} {at[:16]} UTC",
        markup=False, highlight=False,
    )  # fmt: skip


def _entity(home: Home, reference: str, out: Console) -> tuple[str, Place | None]:
    """The current entity a reference names, and the place where it names a mention."""
    from pipelines.stages.judge import REFERENCE
    from warehouse import lineage

    if typed := REFERENCE.fullmatch(reference.strip()):
        place = lineage.Place(typed["platform"], typed["file"], typed["sheet"], int(typed["row"]), typed["role"])
        entities = lineage.entity_at(home.library, place)
        if not entities:
            leave(f"{place}: 发布版中没有这条提及 · no such mention in the release")
        return entities[0][1], place
    entity = _valid(home, reference)
    current = lineage.trace(home.library, entity).current
    if not current:
        leave(f"{entity}: 没有现行提及，见 onenet trace · no current mention; see onenet trace")
    if current != (entity,):
        out.print(f"{entity} 现为 now {'、'.join(current)}", highlight=False)
    return current[0], None


def _valid(home: Home, text: str) -> str:
    """A typed id. One that is none is not repeated: it may be an identity number, a passport's looks just like an id."""
    from pipelines.resolution import ids

    if not ids.is_valid(home.data_model.prefixes, text):
        leave("编号无效，校验位不符，请核对 · no valid id: the check character does not fit; look again")
    return ids.compact(text)


def _home(folder: Path) -> Home:
    """The home in a folder, which has a release."""
    from warehouse.model import Home

    home = Home.of(folder.resolve())
    library = home.library
    if not library.exists():
        leave(f"{library}: 尚无发布版，请先 onenet run · there is no release yet; run onenet run first")
    return home
