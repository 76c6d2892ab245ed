from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import pipelines.standardise

MODULES = sorted(
    found.name
    for found in pkgutil.walk_packages(pipelines.standardise.__path__, "pipelines.standardise.")
    if not found.ispkg and ".address" not in found.name
)


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings_are_true(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_identifiers_show_by_example_how_they_are_used():
    shown = [importlib.import_module(name).__doc__ or "" for name in MODULES if name.endswith(("_number", "_code"))]
    assert len(shown) == 4
    assert all(">>> " in text and "Structure (" in text for text in shown)
