from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import settings

settings.register_profile("standardise", derandomize=True, max_examples=150, deadline=None)
settings.load_profile("standardise")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that asks for `case` gets every case of the YAML file its module names in CASES."""
    if "case" in metafunc.fixturenames:
        cases: list[dict[str, Any]] = yaml.safe_load(
            (Path(__file__).parent / metafunc.module.CASES).read_text(encoding="utf-8")
        )
        metafunc.parametrize("case", cases, ids=[f"{i}:{case['cell']}" for i, case in enumerate(cases)])
