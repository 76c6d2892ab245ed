"""What a new model changed is told: weights, pairs and clusters before and after."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
from typer.testing import CliRunner

from pipelines.commands.review import app
from pipelines.matching.engine.model import LevelRates, Model
from pipelines.matching.engine.model_change import regrouping, weight_changes
from pipelines.matching.store.state import StoredClusters
from pipelines.stages.learned import Former, learned_of, write_learned
from warehouse.model import Home

BEFORE = Model(
    "person", "f", 0.1,
    {"name": (LevelRates("same", 0.9, 0.01, 6.5), LevelRates("other", 0.1, 0.99, -3.3)), "phone": (LevelRates("same", 0.8, 0.001, 9.6),)},
    (), {},
)  # fmt: skip
AFTER = replace(BEFORE, factors={"phone": 0.5}, shift=-0.25)
NOW, COUNTS = (
    {"accepted": 5, "review": 1, "cut": 0, "clusters": 3},
    {"accepted": 4, "review": 3, "cut": 0, "clusters": 4},
)
DECIDED = pa.table({"verdict": ["same", "different", "different"]})


def clusters(labels: list[int]) -> StoredClusters:
    n = len(labels)
    keys = np.arange(10, 10 + n)
    return StoredClusters(keys, np.arange(n, dtype=np.int32), np.array([], np.int64), keys, np.array(labels, np.int32))


def keep(folder: Path) -> Home:
    home = Home(folder)
    (folder / "models").mkdir(parents=True)
    home.library.touch()
    former = Former(BEFORE, clusters([0, 1, 2, 3, 3]), COUNTS)
    write_learned(home, "应要求重新训练 · asked for", former, AFTER, clusters([0, 0, 2, 3, 4]), NOW, DECIDED)
    return home


def test_a_weight_is_told_with_what_verdicts_make_of_it():
    (change,) = weight_changes(BEFORE, AFTER)
    assert (change.comparison, change.level, change.before, change.after) == ("phone", "same", 9.6, 4.8)


def test_models_that_weigh_the_same_differ_in_nothing():
    assert weight_changes(BEFORE, BEFORE) == []


def test_rows_that_only_one_run_has_are_no_change():
    moved = regrouping((np.array([1, 2, 3]), np.array([1, 1, 3])), (np.array([2, 3, 4]), np.array([2, 2, 2])))
    assert (moved.joined, moved.parted, moved.rows) == (1, 0, 2)


def test_what_a_model_changed_is_kept_beside_it(tmp_path):
    learned = learned_of(keep(tmp_path / "home"), "person")
    assert (learned.verdicts, learned.shift) == ({"same": 1, "different": 2}, (0.0, -0.25))
    assert learned.outcomes["review"] == (3, 1)
    assert (learned.rows.joined, learned.rows.parted, learned.rows.rows) == (1, 1, 4)


def test_a_first_model_has_changed_nothing(tmp_path):
    home = Home(tmp_path)
    write_learned(home, "首次训练 · first model", Former(), AFTER, clusters([0]), NOW, DECIDED)
    assert learned_of(home, "person") is None


def test_a_damaged_file_is_none(tmp_path):
    home = keep(tmp_path / "home")
    home.learned("person").write_text(json.dumps({"kind": "person"}), encoding="utf-8")
    assert learned_of(home, "person") is None


def test_the_command_shows_it(tmp_path):
    result = CliRunner().invoke(app, ["learned", "--home", str(keep(tmp_path / "home").root)])
    assert result.exit_code == 0, result.output
    assert all(word in result.output for word in ("电话", "+9.60", "+4.80", "3 → 1", "joined 1"))
