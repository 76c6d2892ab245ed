"""Addresses: golden cases, speed, and outside sets where their paths are given.

    python -m benchmarks.addresses [--parsing DIR] [--pairs FILE]

Without arguments nothing outside the project is read: the golden cases are checked and an invented city is timed.
`--parsing DIR` takes `dev.txt`, one character and its BIO label a line, a blank line between addresses (labels as in the
neural-chinese-address-parsing corpus). `--pairs FILE` takes tab-separated `address, address, label` without a heading,
label 2 for the same place (CCKS 2021 track 3); rows with one left address are the candidates of one question. Instead of the
arguments ONENET_ADDRESS_PARSING and ONENET_ADDRESS_PAIRS may be set.
"""

from __future__ import annotations

import argparse
import os
import random
import time
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import yaml
from rapidfuzz import fuzz, process

from benchmarks.address_text import address_similarity, best_of, segment
from pipelines.standardise.address import Gazetteer, standardise_addresses

GOLDEN = Path(__file__).parent.parent / "tests/pipelines/standardise/address/cases.yaml"
CORPUS_LABEL = {
    **{"country": "country", "province": "prov", "city": "city", "county": "district", "zone": "devZone"},
    **{
        "street": "town",
        "community": "community",
        "group": "road",
        "road": "road",
        "road_number": "roadno",
        "lane": "subRoad",
    },
    **{"lane_number": "subroadno", "site": "poi", "part": "subpoi", "building": "houseno", "unit": "cellno"},
    **{"floor": "floorno", "room": "roomno", "aside": "assist", "contact": "person", "separator": "redundant"},
}
"""Our labels in the corpus' words."""

Span = tuple[str, int, int]


def labelled(path: Path) -> Iterator[tuple[str, set[Span]]]:
    """Addresses of a BIO file with their labelled spans."""
    for block in path.read_text(encoding="utf-8").split("\n\n"):
        text, spans = "", list[Span]()
        for line in block.split("\n"):
            characters, _, tag = line.strip().rpartition(" ")
            if not characters:
                continue
            begin, _, label = tag.partition("-")
            if begin in ("B", "S", "O") or not spans:
                spans.append((label or "O", len(text), len(text) + len(characters)))
            else:
                spans[-1] = (spans[-1][0], spans[-1][1], len(text) + len(characters))
            text += characters
        if text:
            yield text, set(spans)


def parsing_f1(path: Path) -> tuple[float, dict[str, float], float]:
    """Segment F1 of the grammar, overall and per label, and microseconds an address."""
    hit, ours, theirs = Counter[str](), Counter[str](), Counter[str]()
    examples = list(labelled(path))
    started = time.perf_counter()
    cut = [segment(text) for text, _ in examples]
    each = (time.perf_counter() - started) / max(1, len(examples)) * 1e6
    for found, (_, expected) in zip(cut, examples, strict=True):
        spans = {(CORPUS_LABEL[s.label], s.start, s.end) for s in found}
        ours.update(label for label, _, _ in spans)
        theirs.update(label for label, _, _ in expected)
        hit.update(label for label, _, _ in spans & expected)
    per_label = {
        label: 2 * hit[label] / (ours[label] + theirs[label]) for label in sorted(theirs, key=lambda x: -theirs[x])
    }
    return 2 * hit.total() / (ours.total() + theirs.total()), per_label, each


def f1(said: np.ndarray, same: np.ndarray) -> float:
    """F1 of what is said to be the same place."""
    return 2 * float((said & same).sum()) / max(1.0, float(said.sum() + same.sum()))


def best_threshold(scores: np.ndarray, same: np.ndarray) -> float:
    """The threshold with the best F1."""
    order = np.argsort(-scores, kind="stable")
    all_f1 = 2 * np.cumsum(same[order]) / (np.arange(1, len(same) + 1) + same.sum())
    last = np.append(np.diff(scores[order]) != 0, True)  # a threshold takes all pairs of one score
    return float(scores[order][int(np.argmax(np.where(last, all_f1, 0)))])


def held_out_f1(scores: np.ndarray, same: np.ndarray, half: np.ndarray) -> float:
    """F1 with the threshold of either half of the questions used on the other."""
    said = np.zeros(len(same), bool)
    for part in (half, ~half):
        said[part] = scores[part] >= best_threshold(scores[~part], same[~part])
    return f1(said, same)


def pair_f1(path: Path) -> dict[str, tuple[float, float]]:
    """F1 of 'same place' (label 2), row by row and where only the best of a question's candidates counts.

    Ours stands at one half; what has no threshold of its own gets that of the other half of the questions.
    """
    table = pacsv.read_csv(
        path,
        read_options=pacsv.ReadOptions(column_names=["left", "right", "label"]),
        parse_options=pacsv.ParseOptions(delimiter="\t", quote_char=False),
        convert_options=pacsv.ConvertOptions(column_types={"label": pa.int64()}),
    )
    left, right = table["left"].combine_chunks(), table["right"].combine_chunks()
    same = table["label"].to_numpy() == 2
    ours = address_similarity(left, right)
    ratio = process.cpdist(left.to_pylist(), right.to_pylist(), scorer=fuzz.ratio).astype(float)
    half = np.array([zlib.crc32(text.encode()) % 2 == 0 for text in left.to_pylist()])
    found = {}
    for name, scores in (("One Network", ours), ("RapidFuzz ratio", pa.array(ratio))):
        values = scores.to_numpy(zero_copy_only=False)
        best = np.where(best_of(left, scores).to_numpy(zero_copy_only=False), values, -1)
        found[f"{name}, threshold of the other half"] = (held_out_f1(values, same, half), held_out_f1(best, same, half))
        if scores is ours:
            found[f"{name} at .5"] = (f1(values >= 0.5, same), f1(best >= 0.5, same))
    return found


def invented_city(estates: int, addresses: int, seed: int) -> tuple[pa.Table, pa.Table]:
    """A reference of invented estates and addresses written in their usual forms, one in twenty with a character lost."""
    rng = random.Random(seed)
    syllables = "云溪松鹤明湖锦绣丹枫碧桂金陵翠竹银杏梧桐芳华瑞祥霞晓泉清"

    def name(size: int) -> str:
        return "".join(rng.choice(syllables) for _ in range(size))

    rows: list[dict[str, str | None]] = []
    for i in range(estates):
        shared = {
            "county": "云州市",
            "street": f"{syllables[i % 20]}{syllables[i // 20 % 20]}街道",
            "community": f"{syllables[i % 17]}{syllables[i // 7 % 20]}社区居委会",
            "road": name(2) + rng.choice(("路", "东路", "大道")),
            "road_number": str(rng.randint(1, 900)),
            "estate": name(rng.choice((2, 2, 3))) + rng.choice(("花园", "小区", "新村", "苑")),
            "grid_code": f"{990101000000000 + i}",
        }
        units: list[str | None] = [None] if i % 3 == 0 else ["1", "2"]
        for building in range(1, rng.randint(4, 14)):
            for unit in units:
                rooms = [f"{floor}0{position}" for floor in range(1, 7) for position in (1, 2)]
                rows += [{**shared, "building": str(building), "unit": unit, "room": room} for room in rooms]
    texts = []
    for row in (rows[rng.randrange(len(rows))] for _ in range(addresses)):
        unit = f"{row['unit']}单元" if row["unit"] else ""
        gate = f"{row['road']}{row['road_number']}号"
        head = rng.choice(
            (f"云州市{row['street']}{gate}{row['estate']}", f"云州市{row['estate']}", gate, row["estate"])
        )
        text = f"{head}{row['building']}幢{unit}{row['room']}室"
        lost = rng.randrange(len(text)) if rng.random() < 0.05 else None
        texts.append(text if lost is None else text[:lost] + text[lost + 1 :])
    columns = (
        "county",
        "street",
        "community",
        "grid_code",
        "road",
        "road_number",
        "estate",
        "building",
        "unit",
        "room",
    )
    reference = pa.table({c: pa.array([row[c] for row in rows], pa.string()) for c in columns})
    return reference, pa.table({"text": texts})


def speed(estates: int = 400, addresses: int = 100_000, seed: int = 1) -> dict[str, float]:
    """Seconds and counts of resolving distinct addresses against an invented reference."""
    reference, parts = invented_city(estates, addresses, seed)
    started = time.perf_counter()
    gazetteer = Gazetteer.from_reference(reference)
    built = time.perf_counter()
    found = standardise_addresses(parts, gazetteer)
    resolved = time.perf_counter()
    return {
        "dwellings": reference.num_rows,
        "addresses": addresses,
        "gazetteer_s": built - started,
        "standardise_s": resolved - built,
        "resolved_to_room": float(pc.mean(pc.cast(pc.is_valid(found["dwelling"]), pa.float64())).as_py()),
    }


def golden() -> tuple[int, int]:
    """Golden segmentation cases that hold, of all."""
    cases: dict[str, Any] = yaml.safe_load(GOLDEN.read_text(encoding="utf-8"))
    texts = [case.split("|") for case in cases["segments"]]
    right = [[f"{s.label} {t[s.start : s.end]}" for s in segment(t)] == expected for t, *expected in texts]
    return sum(right), len(right)


def given_path(variable: str) -> Path | None:
    """The path an environment variable holds, if it holds one."""
    return Path(os.environ[variable]) if os.environ.get(variable) else None


def main() -> None:
    """Print what was measured."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument(
        "--parsing", type=Path, default=given_path("ONENET_ADDRESS_PARSING"), help="folder with dev.txt in BIO form"
    )
    arguments.add_argument(
        "--pairs", type=Path, default=given_path("ONENET_ADDRESS_PAIRS"), help="tab-separated pairs with labels 0, 1, 2"
    )
    arguments.add_argument("--addresses", type=int, default=100_000, help="addresses of the invented city (100000)")
    given = arguments.parse_args()
    right, cases = golden()
    print(f"golden segments {right}/{cases}")
    print("  ".join(f"{name} {value:,.3f}" for name, value in speed(addresses=given.addresses).items()))
    if given.parsing:
        overall, per_label, each = parsing_f1(given.parsing / "dev.txt")
        print(f"parsing: segment F1 {overall:.4f}, {each:.0f} µs an address")
        print("  ".join(f"{label} {value:.3f}" for label, value in per_label.items()))
    if given.pairs:
        for name, (rows, best) in pair_f1(given.pairs).items():
            print(f"pairs: {name}: F1 {rows:.4f}, only the best candidate of a question {best:.4f}")


if __name__ == "__main__":
    main()
