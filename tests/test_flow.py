"""The page and the picture of the flow of data say what the steps declare."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree

import pytest

from pipelines.city import City
from pipelines.plan import plan
from pipelines.settings import Settings


@pytest.fixture(scope="module")
def writer(docs_writer: Callable[[str], ModuleType]) -> ModuleType:
    return docs_writer("flow")


def test_page_and_picture_are_fresh(writer: ModuleType) -> None:
    boxes = writer.drawn()
    assert writer.PAGE.read_text(encoding="utf-8") == writer.page(boxes), "run: python docs/flow.py"
    assert writer.PICTURE.read_text(encoding="utf-8") == writer.picture(boxes), "run: python docs/flow.py"


def test_every_step_and_every_table_stands_on_the_page(writer: ModuleType, tmp_path: Path) -> None:
    settings = Settings.of(tmp_path, tmp_path, City())
    steps = plan(settings)
    shortened = writer._Short(settings, steps)
    text = writer.page(writer.drawn())
    names = {shortened(step.name) for step in steps.steps}
    tables = {shortened(handle) for step in steps.steps for handle in (*step.reads, *(w.handle for w in step.writes))}
    assert [name for name in names | tables if f"`{name}`" not in text] == []
    assert not [kind for kind in settings.home.data_model.kinds if f"/{kind}`" in text], "kinds stand under one name"


def test_the_picture_is_xml_and_holds_every_box(writer: ModuleType) -> None:
    boxes = writer.drawn()
    texts = {node.text for node in ElementTree.fromstring(writer.picture(boxes)).iter() if node.text}
    assert {box.name for box in boxes} <= texts


def test_an_arrow_that_a_longer_way_implies_is_left_out(writer: ModuleType) -> None:
    assert writer._reduced({"a": set(), "b": {"a"}, "c": {"a", "b"}}) == {"a": set(), "b": {"a"}, "c": {"b"}}
