"""SQL that a city declares is bound before anything runs: what can't be run is refused with file, key, what is allowed, remedy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from connectors.registry import ConfigurationError
from pipelines.city import City, init
from pipelines.resolution.binding import unbound
from warehouse.model.data_model import shipped

CASES: dict[str, Any] = yaml.safe_load(
    (Path(__file__).parents[1] / "warehouse" / "model" / "wrong_declarations.yaml").read_text(encoding="utf-8")
)


def city_with(folder: Path, changes: dict[str, str]) -> City:
    init(folder)
    text = CASES["pet"]
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    (folder / "kinds" / "pet.yaml").write_text(text, encoding="utf-8")
    return City(folder)


@pytest.mark.parametrize("wrong", CASES["sql"], ids=lambda wrong: wrong["mistake"])
def test_sql_that_can_not_run_is_refused_at_load(wrong: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as refused:
        city_with(tmp_path / "city", wrong["change"]).check()
    message = str(refused.value)
    assert [part for part in wrong["says"] if part not in message] == [], message
    assert len(refused.value.problems) == 1, message


def test_a_kind_that_is_right_is_bound_without_a_word(tmp_path: Path) -> None:
    city_with(
        tmp_path / "city", {"en: Tag": "en: Tag, claim: {value: 'upper({value})', valid: 'length(tag) > 2'}"}
    ).check()


def test_the_shipped_kinds_can_run() -> None:
    assert list(unbound(shipped(), shipped().kinds)) == []


def test_a_folder_that_was_just_written_is_right(tmp_path: Path) -> None:
    init(tmp_path / "city")
    City(tmp_path / "city").check()
