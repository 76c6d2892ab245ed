"""Whatever the order deliveries arrive in, late, twice or in pieces, the same rows hold; checked against a plain model."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.spec import Platform
from tests.connectors.conftest import Desk, build_platform

CSV = {"kind": "delimited", "encoding": "utf-8"}
KEYS = "abcdefgh"
Rows = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class File:
    """One delivery: its day, scope and part, and rows of (key, value)."""

    day: int
    scope: str
    part: int
    rows: Rows

    @property
    def name(self) -> str:
        return f"roll_{self.scope}_202601{self.day:02d}_{self.part}"

    @property
    def content(self) -> bytes:
        return ("编号,姓名\n" + "".join(f"{key},{value}\n" for key, value in self.rows)).encode()


rows = st.lists(st.tuples(st.sampled_from(KEYS), st.sampled_from("甲乙丙")), min_size=1, max_size=5).map(tuple)
files = st.builds(File, st.integers(1, 5), st.sampled_from("东西"), st.integers(1, 2), rows)
deliveries = st.lists(files, min_size=1, max_size=8, unique_by=lambda file: file.name)
fixed = settings(max_examples=12, deadline=None, derandomize=True)


def snapshot_model(offered: list[File]) -> Counter[tuple[str, str]]:
    """Per scope the files of the newest day."""
    newest = {scope: max(f.day for f in offered if f.scope == scope) for scope in {f.scope for f in offered}}
    return Counter(row for file in offered if file.day == newest[file.scope] for row in file.rows)


def delta_model(offered: list[File]) -> Counter[tuple[str, str]]:
    """Per key the rows of the newest file that has it; of one day the later name."""
    held: dict[str, Counter[tuple[str, str]]] = {}
    for file in sorted(offered, key=lambda f: (f.day, f.name)):
        for key in {key for key, _ in file.rows}:
            held[key] = Counter(row for row in file.rows if row[0] == key)
    return sum(held.values(), Counter())


def platform(semantics: str) -> Platform:
    return build_platform(
        CSV, ["编号", "姓名"], key=["编号"], files="roll_{scope}_{date}_{part}", delivery={"semantics": semantics}
    )


def held(desk: Desk, platform: Platform) -> list[tuple[object, ...]]:
    table = desk.rows(platform)
    return [tuple(row.values()) for row in table.to_pylist()]


@pytest.mark.parametrize(("semantics", "model"), [("snapshot", snapshot_model), ("delta", delta_model)])
@given(offered=deliveries, seed=st.integers(0, 2**16))
@fixed
def test_any_order_of_arrival_ends_in_the_state_of_the_model(
    semantics: str, model: object, tmp_path_factory: pytest.TempPathFactory, offered: list[File], seed: int
) -> None:
    declared = platform(semantics)
    draws = random.Random(seed)
    outcomes = []
    for order in (sorted(offered, key=lambda f: f.name), draws.sample(offered, len(offered))):
        desk = Desk(tmp_path_factory.mktemp("order"))
        waiting = list(order)
        while waiting:
            arrived = [waiting.pop(0) for _ in range(draws.randint(1, len(waiting)))]
            if outcomes:
                arrived += draws.sample(offered, draws.randint(0, 1)) if not waiting else []  # once more
            for file in arrived:
                desk.put(file.name, file.content)
            desk.land(declared)
            clear(desk.inbox)
        outcomes.append(held(desk, declared))
    assert outcomes[0] == outcomes[1]
    names = desk.rows(declared).select(["编号", "姓名"]).to_pylist()
    assert Counter(tuple(row.values()) for row in names) == model(offered)  # type: ignore[operator]


def clear(inbox: Path) -> None:
    """The department takes its files away again."""
    for path in inbox.rglob("*"):
        if path.is_file():
            path.unlink()


def test_what_a_platform_says_in_columns_nobody_declared_has_one_order_too(tmp_path: Path) -> None:
    declared = platform("delta")
    columns = []
    for names in (("x", "y"), ("y", "x")):
        desk = Desk(tmp_path / names[0])
        for name in names:
            day = 1 if name == "x" else 2
            desk.land(declared, f"编号,姓名,{name}\n{name},甲,1\n", f"roll_东_202601{day:02d}_1")
        columns.append(desk.rows(declared).column_names)
    assert columns[0] == columns[1]
