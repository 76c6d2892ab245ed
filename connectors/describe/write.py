"""The description as text: YAML that loads as it is, a comment beside what was guessed.

Belongs here: writing. Does not: guessing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from connectors.describe.guess import Guess, Meaning
from connectors.describe.keys import changed_at, file_pattern, is_running_number, key_candidates, platform_name
from connectors.describe.roles import Assigned
from connectors.describe.sample import Column, Sample
from connectors.describe.table import Layout
from warehouse.model.data_model import DataModel

SPARSE = 0.5
"""Share of filled cells below which a column of JSON or XML may be gone in the next file."""


@dataclass(frozen=True)
class Draft:
    """Everything that was seen: the name of the file, a name for the platform or '', and per table sample and guess; `cities` are
    the codes of the cities it may belong to, none where the home has one city alone."""

    file_name: str
    name: str
    layout: Layout
    samples: tuple[Sample, ...]
    guesses: tuple[Guess, ...]
    cities: tuple[str, ...] = ()


def flow(value: object) -> str:
    """A value on one line of YAML."""
    text: str = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=10**6, sort_keys=False)
    return text.removesuffix("\n").removesuffix("\n...").strip()


def comment(text: str) -> str:
    """Text that can stand behind `#`."""
    return "".join(c if c.isprintable() else "?" for c in text)


def write(draft: Draft, model: DataModel) -> str:
    """The text of the description."""
    return "\n".join(_lines(draft, model)) + "\n"


def _lines(draft: Draft, model: DataModel) -> Iterator[str]:
    name = draft.name or platform_name(draft.file_name)
    pattern, dated = file_pattern(draft.file_name)
    title = comment(pattern.partition("{")[0].partition(".")[0].strip("_- ")) or name
    yield f"# 由 onenet describe 起草，请核对；另存为 platforms/{name}.yaml · drafted; check it and save it as platforms/{name}.yaml"
    yield from (f"# {comment(note)}" for note in draft.layout.notes)
    yield f"platform: {flow(name)}"
    if draft.cities:
        likely = next((city for city in draft.cities if name.startswith(city)), draft.cities[0])
        yield f"city: {likely}  # 请核对 · check it; one of {', '.join(draft.cities)}"
    yield f"title: {flow({'zh': title, 'en': name})}"
    yield f"department: {flow({'code': name, 'zh': '待填', 'en': 'to be filled in'})}  # 部门代码与名称 · code and name of the department"
    yield "cadence: daily  # realtime daily weekly monthly quarterly yearly"
    yield "sharing: conditional  # unconditional conditional none"
    why = "" if dated else "  # 文件名中没有八位日期；如有请写 {date} · no date of eight digits in the name"
    yield f"files: {flow(pattern)}{why}"
    yield f"format: {flow(draft.layout.format)}"
    yield "delivery: {semantics: snapshot}  # 全量；增量写 delta，各数据集须有 key · delta needs a key per dataset"
    yield "datasets:"
    several = len(draft.samples) > 1
    for sample, guess in zip(draft.samples, draft.guesses, strict=True):
        yield from _dataset(draft, sample, guess, model, sample.sheet or title, several)
    yield from _entitlements(draft, model)


def _dataset(draft: Draft, sample: Sample, guess: Guess, model: DataModel, title: str, several: bool) -> Iterator[str]:
    yield f"  - name: {flow(title)}  # 读了 {sample.rows:,} 行 · rows read"
    yield f"    title: {flow({'zh': title, 'en': title})}"
    if sample.sheet is not None and (several or draft.layout.format["kind"] == "sql"):
        yield f"    sheet: {flow(sample.sheet)}"
    keys = key_candidates(sample, guess)
    if keys:
        others = f"；也可 or {'、'.join(map(comment, keys[1:4]))}" if keys[1:] else ""
        yield f"    key: {flow(keys[:1])}  # 每行都有且不重复 · filled and unique in the rows read{others}"
    changed = changed_at(sample, guess.dated)
    if changed:
        yield f"    changed_at: {flow(changed)}  # 日期列 · a column of dates whose heading says when the row was said"
    yield "    columns:" if sample.columns else "    columns: {}"
    sparse = draft.layout.format["kind"] in ("json", "ndjson", "xml", "geojson")
    for column in sample.columns:
        said = {"mandatory": column.name in keys[:1], "optional": sparse and column.filled < SPARSE * column.rows}
        said |= {"running_number": is_running_number(column), "changed_at": column.name == changed}
        yield f"      {flow(column.name)}: {flow(_spec(column, guess.columns[column.name], model, said))}"
        yield f"      # ↑ {comment(_why(column, guess.columns[column.name], model))}"
    if not guess.roles.declared:
        yield "    # 未能判断每行是什么，请写 roles · what a row is about could not be told; write roles"
        return
    yield "    roles:"
    for role, declared in guess.roles.declared.items():
        yield f"      {role}:"
        yield from (f"        {key}: {flow(value)}" for key, value in declared.items())


def _spec(column: Column, meaning: Meaning, model: DataModel, said: dict[str, bool]) -> Any:
    """What a platform file writes of a column; `said`: its flags, and whether it dates the row."""
    first = meaning.assigned[0] if meaning.assigned else None
    plain = "running number" if said["running_number"] else "last changed" if said["changed_at"] else "to be described"
    english = _titles(first, model)[1] if first else plain
    more: dict[str, Any] = {}
    if column.name.isascii() or column.title != column.name:
        chinese = column.title if column.title != column.name else _titles(first, model)[0] if first else ""
        more |= {"zh": chinese} if chinese else {}
    more |= {flag: True for flag in ("mandatory", "optional", "running_number") if said[flag]}
    return {"en": english, **more} if more else english


def _titles(assigned: Assigned, model: DataModel) -> tuple[str, str]:
    cell, _, part = assigned.cell.partition(".")
    attribute = model.kinds[assigned.kind].attributes[model.cells(assigned.kind)[cell]]
    of = f" of the {assigned.party.name.replace('_', ' ')}" if assigned.party else ""
    en = f"{attribute.en}: {part.replace('_', ' ')}" if part else attribute.en
    label = attribute.label or attribute.zh
    zh = assigned.word if assigned.word and not assigned.word.isascii() else label
    zh = f"{assigned.word}{label}" if assigned.party and cell != "name" else zh
    return zh, (en[0].lower() + en[1:] if en[1:2].islower() else en) + of


def _why(column: Column, meaning: Meaning, model: DataModel) -> str:
    """Why a column is taken for what it is taken for, in shapes and counts."""
    said = [f"{column.filled:,}/{column.rows:,} 有值 filled, {len(column.counts):,} 种 distinct"]
    for assigned in meaning.assigned:
        owner = f"{assigned.party.name}." if assigned.party else ""
        by = f"列名 heading ~ {assigned.word}" if assigned.word else "按值判断 by its values"
        share = f", {assigned.share:.0%} 值符合 fit" if assigned.share is not None else ""
        said.append(f"→ {owner}{assigned.kind}.{assigned.cell} ({by}{share})")
    if meaning.refused:
        said.append(f"列名像 {' '.join(meaning.refused)}，但值不符，未用 · the heading says so, the values do not")
    elif not meaning.assigned and not column.running:
        said.append("未用 not used")
    if meaning.codes:
        shown = " ".join(f"{value}×{count}" for value, count in meaning.codes.items())
        rest = f" +{meaning.further_codes} 种未列 not shown" if meaning.further_codes else ""
        said.append(f"取值 values: {shown}{rest}")
    return "；".join(said)


def _entitlements(draft: Draft, model: DataModel) -> Iterator[str]:
    kinds = dict.fromkeys(r["kind"] for guess in draft.guesses for r in guess.roles.declared.values())
    yield "# 该部门可回流的属性，未写即不授予 · what the department may read back; what is not named is denied. Allowed:"
    yield "# entitlements:"
    for kind in kinds:
        yield f"#   {kind}: [{', '.join(sorted(model.grantable(kind)))}]"
