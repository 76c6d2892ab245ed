"""The layers: `pipelines` stands on `connectors`, `quality` and `warehouse`; nothing reaches back, nothing goes round.

Reads the import statements of every module; nothing is imported.
"""

from __future__ import annotations

import ast
from pathlib import Path

import networkx as nx
import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("connectors", "pipelines", "quality", "warehouse")
MAY_IMPORT = {
    "warehouse": ("warehouse",),
    "connectors": ("connectors", "warehouse.model"),
    "quality": ("quality", "warehouse.model"),
    "pipelines": PACKAGES,
}
WAY = ("standardise", "matching", "kinds", "resolution", "stages", "defs")
"""Inside pipelines: each knows those before it."""
KNOWS_DAGSTER = ("pipelines.defs", "pipelines.definitions", "pipelines.cli", "pipelines.run", "pipelines.progress")


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


FILES = {module_name(path): path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))}


def lies_in(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


def imports(path: Path) -> set[str]:
    """Every module a file imports, wherever in the file; what serves type checking alone is left out."""
    found: set[str] = set()
    waiting: list[ast.AST] = [ast.parse(path.read_text(encoding="utf-8"))]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.relative_to(ROOT)} line {node.lineno}: write the module's full name"
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {name if name in FILES else str(node.module) for name in names}
        waiting += ast.iter_child_nodes(node)
    return found


IMPORTS = {module: imports(path) for module, path in FILES.items()}


def project(module: str) -> bool:
    return module.split(".", maxsplit=1)[0] in PACKAGES


def test_there_is_something_to_look_at():
    assert {module.split(".")[0] for module in FILES} == set(PACKAGES)
    assert any(lies_in(found, "warehouse.model") for found in IMPORTS["quality.suites.run"])


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_imports_only_what_lies_below_it(package):
    wrong = [
        f"{module} imports {found}"
        for module, all_found in IMPORTS.items()
        if lies_in(module, package)
        for found in all_found
        if project(found) and not any(lies_in(found, allowed) for allowed in MAY_IMPORT[package])
    ]
    assert wrong == []


def test_inside_pipelines_the_way_is_one_direction():
    wrong = []
    for place, step in enumerate(WAY):
        later = [f"pipelines.{name}" for name in WAY[place + 1 :]]
        later += ["pipelines.definitions", "pipelines.cli", "pipelines.run"]
        wrong += [
            f"{module} imports {found}"
            for module, all_found in IMPORTS.items()
            if lies_in(module, f"pipelines.{step}")
            for found in all_found
            if any(lies_in(found, name) for name in later)
        ]
    assert wrong == []


def test_no_two_modules_import_each_other_in_a_circle():
    graph = nx.DiGraph(
        (module, found) for module, all_found in IMPORTS.items() for found in all_found if found in FILES
    )
    assert [" → ".join(circle) for circle in nx.simple_cycles(graph)] == []


def test_no_two_packages_import_each_other_in_a_circle():
    graph = nx.DiGraph(
        (module.split(".")[0], found.split(".")[0])
        for module, all_found in IMPORTS.items()
        for found in all_found
        if project(found) and found.split(".")[0] != module.split(".")[0]
    )
    assert nx.is_directed_acyclic_graph(graph)


def test_only_the_wiring_knows_dagster():
    knowing = {module for module, found in IMPORTS.items() if any(name.split(".")[0] == "dagster" for name in found)}
    assert [m for m in sorted(knowing) if not any(lies_in(m, allowed) for allowed in KNOWS_DAGSTER)] == []


def test_asset_modules_keep_their_annotations_alive():
    # Dagster reads the annotation of `context` at run time; postponed, it is a string and the asset breaks
    postponed = [
        module
        for module, path in FILES.items()
        if lies_in(module, "pipelines.defs")
        and "from __future__ import annotations" in path.read_text(encoding="utf-8")
    ]
    assert postponed == []


def test_great_expectations_is_imported_only_when_a_suite_runs():
    at_the_top = [
        module
        for module, path in FILES.items()
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.Import | ast.ImportFrom) and "great_expectations" in ast.unparse(node)
    ]
    assert at_the_top == []


def test_no_module_is_a_drawer_for_odds_and_ends():
    drawers = {"utils", "util", "helpers", "helper", "common", "misc", "shared"}
    assert [module for module in FILES if drawers & set(module.split("."))] == []


def test_nothing_imports_the_tests_or_the_benchmarks():
    assert [
        f"{module} imports {found}"
        for module, all_found in IMPORTS.items()
        for found in all_found
        if found.split(".")[0] in ("tests", "benchmarks")
    ] == []


def test_every_module_says_what_belongs_in_it():
    silent = [m for m, path in FILES.items() if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))]
    assert silent == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import duckdb as d", {"duckdb"}),
        ("from warehouse.model import Home", {"warehouse.model"}),
        ("from warehouse.model import base", {"warehouse.model.base"}),
        ("def f():\n    from quality.suites import run_suite", {"quality.suites"}),
        ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import pipelines", {"typing"}),
    ],
)
def test_imports_are_found_wherever_they_stand(tmp_path, source, found):
    (tmp_path / "module.py").write_text(source, encoding="utf-8")
    assert imports(tmp_path / "module.py") == found
