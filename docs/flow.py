"""Draw the flow of data anew: `python docs/flow.py`.

What the steps of the main job declare to read and write (`pipelines.plan`) becomes `docs/flow.md`, a line per step, and
`docs/flow.svg`. Steps that are done kind by kind, or department by department, are one box and one line. Nothing is run.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path

from pipelines.city import City
from pipelines.plan import departments, plan
from pipelines.settings import Settings
from pipelines.steps import Plan, Step

DOCS = Path(__file__).parent
PAGE, PICTURE = DOCS / "flow.md", DOCS / "flow.svg"
LANDING, PAIR = "landing", "<kind>_<kind>"
WIDTH, ACROSS, DOWN, LINE, TOP, LEFT = 176, 196, 40, 15, 46, 14
COLOURS = {
    "landing": "#dbeafe",
    "mention": "#dcfce7",
    "link": "#dcfce7",
    "entity": "#fef3c7",
    "golden": "#fef3c7",
    "relation": "#fef3c7",
}
OTHER = {"quality": "#f3e8ff", "release": "#fee2e2", "extract": "#fee2e2"}


@dataclass(frozen=True)
class Box:
    """Steps of one name: `link/person` and `link/housing` are `link/<kind>`.

    Attributes:
        name: their name.
        group: under which Dagster shows them.
        reads: names of the tables they read, other than their own.
        writes: name of a table they write → what it is, in Chinese and English.
        notes: what they depend on beside tables.
    """

    name: str
    group: str
    reads: tuple[str, ...]
    writes: Mapping[str, tuple[str, str]]
    notes: tuple[str, ...]


def main() -> None:
    """Write the page and the picture."""
    boxes = drawn()
    PAGE.write_text(page(boxes), encoding="utf-8")
    PICTURE.write_text(picture(boxes), encoding="utf-8")


def drawn() -> list[Box]:
    """The boxes of the shipped sample city, each after those whose tables it reads; landing comes first."""
    settings = Settings.of(DOCS, DOCS, City())
    every = plan(settings)
    shortened = _Short(settings, every)
    landing = Box(
        LANDING,
        LANDING,
        (),
        {f"{LANDING}/<platform>": ("落地区", "the rows of every delivery, as they were written, with their place")},
        (),
    )
    grouped: dict[str, list[Step]] = {}
    for step in every.steps:
        grouped.setdefault(shortened(step.name), []).append(step)
    return [landing, *(_box(name, steps, shortened) for name, steps in grouped.items())]


class _Short:
    """Names of steps and tables with `<kind>`, `<platform>` or `<department>` in place of a particular one."""

    def __init__(self, settings: Settings, every: Plan) -> None:
        model = settings.home.data_model
        owners = [owner.code for owner in departments(settings.platforms.values())]
        self.words = dict.fromkeys(model.kinds, "<kind>") | {
            f"{LANDING}/{name}": f"{LANDING}/<platform>" for name in settings.platforms
        }
        self.words |= {f"extract/{code}": "extract/<department>" for code in owners}
        pairs = [r.table.name for r in model.relations]
        self.words |= {f"{stage}/{name}": f"{stage}/{PAIR}" for stage in ("relation", "link") for name in pairs}
        self.titles = dict.fromkeys(model.kind_titles.values(), "各类")
        self.titles |= {owner.zh: "各部门" for owner in departments(settings.platforms.values())}

    def __call__(self, name: str) -> str:
        first, _, last = name.partition("/")
        return self.words.get(name) or (f"{first}/{self.words[last]}" if last in self.words else name)

    def title(self, name: str, zh: str, en: str) -> tuple[str, str]:
        """Chinese and English of a table that stands for several."""
        short, kind = self(name), name.rpartition("/")[2]
        if short == name:
            return zh, en
        if short.endswith(PAIR):
            return "各类之间的关系", "how the entities of two kinds relate"
        if short == "base/<kind>":
            return "各类主记录（脱敏）", "golden records as the plain release shows them"
        for particular, general in (
            (f"of a {kind}", "of a kind"),
            (f"which {kind}", "which"),
            (f"the {kind} each", "the entity each"),
            (f"each {kind}", "each entity"),
        ):
            en = en.replace(particular, general)
        return next(
            (zh.replace(title, words, 1) for title, words in self.titles.items() if zh.startswith(title)), zh
        ), en


def _box(name: str, steps: Iterable[Step], shortened: _Short) -> Box:
    listed = list(steps)
    writes: dict[str, tuple[str, str]] = {}
    for step in listed:
        for written in step.writes:
            writes.setdefault(shortened(written.handle), shortened.title(written.handle, written.zh, written.en))
    reads = tuple(dict.fromkeys(shortened(handle) for step in listed for handle in step.reads))
    first = listed[0]
    notes = [
        text
        for wanted, text in (
            (first.judged, "裁定 judgements"),
            (first.versioned, "发布版号 version"),
            (first.always, "每次运行 every run"),
        )
        if wanted
    ]
    return Box(name, first.group, reads, writes, tuple(notes))


def page(boxes: list[Box]) -> str:
    """The text of the page."""
    lines = [
        "# 数据流 · Flow of data",
        "",
        "Written by `python docs/flow.py` from what every step declares to read and write; do not edit. Dagster's dependencies and the"
        " fingerprints that decide whether a step is done again come from the same declarations. `<kind>` is any kind of the city,"
        " `<platform>` any platform, `<department>` any department.",
        "",
        "![](flow.svg)",
        "",
        "| step | reads | writes | 表 | depends also on |",
        "|---|---|---|---|---|",
    ]
    for box in boxes:
        reads = ", ".join(f"`{name}`" for name in box.reads) or "deliveries"
        names = "<br>".join(f"`{name}`: {en}" for name, (_, en) in box.writes.items())
        titles = "<br>".join(zh for zh, _ in box.writes.values())
        lines.append(f"| `{box.name}` | {reads} | {names} | {titles} | {'<br>'.join(box.notes)} |")
    return "\n".join(lines) + "\n"


def picture(boxes: list[Box]) -> str:
    """The picture as SVG: boxes of a row read nothing of each other; an arrow that others imply is left out."""
    before = _before(boxes)
    rows = _rows(boxes, before)
    place: dict[str, tuple[int, int, int]] = {}
    y, across = TOP, max(map(len, rows))
    width = LEFT * 2 + (across - 1) * ACROSS + WIDTH
    for row in rows:
        indent = (across - len(row)) * ACROSS // 2
        for number, box in enumerate(row):
            place[box.name] = (LEFT + indent + number * ACROSS, y, 26 + LINE * len(_lines(box)))
        y += max(place[box.name][2] for box in row) + DOWN
    height = y - DOWN + LEFT
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" font-family="sans-serif" role="img">',
        "<title>数据流：每一步读什么、写什么 · what every step reads and writes</title>",
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0 8 4 0 8z" fill="#98a2b3"/></marker></defs>',
        '<rect width="100%" height="100%" fill="#ffffff"/>',
        f'<text x="{LEFT}" y="26" font-size="14" font-weight="bold" fill="#101828">数据流 Flow of data · 由各步骤声明的读写生成 drawn from what the steps declare</text>',
    ]
    for name, others in _reduced(before).items():
        parts += [_arrow(place[other], place[name]) for other in sorted(others)]
    parts += [_drawn_box(box, *place[box.name]) for box in boxes]
    return "\n".join([*parts, "</svg>"]) + "\n"


def _before(boxes: list[Box]) -> dict[str, set[str]]:
    """Box → the boxes whose tables it reads."""
    makers = {name: box.name for box in boxes for name in box.writes}
    return {box.name: {makers[name] for name in box.reads if name in makers} - {box.name} for box in boxes}


def _rows(boxes: list[Box], before: Mapping[str, set[str]]) -> list[list[Box]]:
    depth: dict[str, int] = {}
    for box in boxes:
        depth[box.name] = 1 + max((depth.get(other, -1) for other in before[box.name]), default=-1)
    return [[box for box in boxes if depth[box.name] == number] for number in range(max(depth.values()) + 1)]


def _reduced(before: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """Without the arrows that a longer way implies."""
    beyond: dict[str, set[str]] = {}
    for name, others in before.items():
        beyond[name] = set(others).union(*(beyond.get(other, set()) for other in others))
    return {
        name: {o for o in others if not any(o in beyond.get(other, set()) for other in others - {o})}
        for name, others in before.items()
    }


def _lines(box: Box) -> list[str]:
    titles = list(dict.fromkeys(zh for zh, _ in box.writes.values()))
    return titles if len(titles) <= 5 else [*titles[:4], f"… 共 {len(titles)} 表"]


def _drawn_box(box: Box, x: int, y: int, tall: int) -> str:
    colour = COLOURS.get(box.name.partition("/")[0]) or OTHER.get(box.group, "#f2f4f7")
    lines = [
        f'<rect x="{x}" y="{y}" width="{WIDTH}" height="{tall}" rx="6" fill="{colour}" stroke="#98a2b3"/>',
        f'<text x="{x + 10}" y="{y + 18}" font-size="12" font-weight="bold" font-family="monospace" fill="#101828">{escape(box.name)}</text>',
    ]
    for number, text in enumerate(_lines(box)):
        lines.append(
            f'<text x="{x + 10}" y="{y + 18 + LINE * (number + 1)}" font-size="11" fill="#475467">{escape(text)}</text>'
        )
    return "\n".join(lines)


def _arrow(start: tuple[int, int, int], end: tuple[int, int, int]) -> str:
    x, y = start[0] + WIDTH // 2, start[1] + start[2]
    to_x, to_y = end[0] + WIDTH // 2, end[1]
    bend = max(DOWN // 2, (to_y - y) // 2)
    return f'<path d="M{x} {y}C{x} {y + bend} {to_x} {to_y - bend} {to_x} {to_y}" fill="none" stroke="#98a2b3" stroke-width="1.3" marker-end="url(#tip)"/>'


if __name__ == "__main__":
    main()
