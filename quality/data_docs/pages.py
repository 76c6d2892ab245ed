"""The pages: an index, and one page a suite by Great Expectations' own renderer under a frame of ours.

Belongs here: rendering and writing. Does not: what a result is (`validation`).
"""

from __future__ import annotations

import re
import shutil
from importlib import resources
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
from jinja2 import ChoiceLoader, Environment, PackageLoader, select_autoescape

from quality.data_docs.validation import validation_result
from warehouse.model.quality import FAILING_ROW

CHART = "overlap.svg"
DIMENSIONS = (
    ("规范性", "conformity"),
    ("完整性", "completeness"),
    ("准确性", "accuracy"),
    ("一致性", "consistency"),
    ("时效性", "timeliness"),
    ("可访问性", "accessibility"),
)
_PLATFORMS = """
select
    platform,
    sum(claims) as claims,
    sum(standard_claims) / nullif(sum(claims), 0) as conformity,
    sum(claims) / nullif(sum(mentions), 0) as completeness,
    sum(golden_claims) / nullif(sum(judged_claims), 0) as accuracy,
    sum(others_agreeing) / nullif(sum(others), 0) as consistency,
    sum(timeliness * claims) / nullif(sum(claims) filter (timeliness is not null), 0) as timeliness,
    any_value(accessibility order by month) as accessibility
from scorecard group by platform order by platform
"""


def build_data_docs(
    folder: Path,
    results: pa.Table,
    rows: pa.Table | None = None,
    scorecard: pa.Table | None = None,
    chart: Path | None = None,
    version: str = "",
) -> int:
    """Write all pages anew and return how many suites they show.

    Args:
        folder: is replaced; what the pages need lies in it, so that it can be copied anywhere.
        results: `quality.expectation` of all suites; pages come in the order in which suites first appear.
        rows: `quality.failing_row`; pages name the first of them.
        scorecard: `quality.scorecard`, shown by platform.
        chart: an SVG for the index.
        version: the release they belong to.
    """
    aside = folder.with_name(f".{folder.name}.writing")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    with resources.as_file(resources.files("quality.data_docs") / "static") as static:
        shutil.copytree(static, aside / "static")
    if chart and chart.exists():
        shutil.copyfile(chart, aside / CHART)
    told = (rows if rows is not None else FAILING_ROW.empty()).to_pylist()
    found: dict[str, list[dict[str, Any]]] = {}
    for row in results.to_pylist():
        found.setdefault(row["suite"], []).append(row)
    render = _renderer()
    for suite, lines in found.items():
        page = render(validation_result(suite, lines, [r for r in told if r["suite"] == suite], version))
        (aside / _page(suite)).write_text(page, encoding="utf-8")
    index = _environment().get_template("index.jinja")
    suites = [_summary(suite, lines) for suite, lines in found.items()]
    text = index.render(
        suites=suites,
        total={k: sum(s[k] for s in suites) for k in ("checks", "passed", "warnings", "stopped", "errors")},
        version=version,
        dimensions=DIMENSIONS,
        scores=_scores(scorecard) if scorecard is not None else [],
        chart=CHART if (aside / CHART).exists() else None,
    )
    (aside / "index.html").write_text(text, encoding="utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    aside.rename(folder)
    return len(found)


def _page(suite: str) -> str:
    return f"{suite}.html"


def _environment() -> Environment:
    return Environment(loader=_own(), autoescape=select_autoescape(["jinja"]))


def _own() -> PackageLoader:
    return PackageLoader("quality", "data_docs/templates")


def _renderer() -> Any:
    """A function from a validation result to a page. Great Expectations' frame is ours: it finds our template first."""
    from great_expectations.render.renderer import ValidationResultsPageRenderer
    from great_expectations.render.view import DefaultJinjaPageView

    renderer, view = ValidationResultsPageRenderer(), DefaultJinjaPageView()
    shipped = view.env.loader
    assert shipped
    view.env.loader = ChoiceLoader([_own(), shipped])

    def render(result: Any) -> str:
        page: str = view.render(renderer.render(result))
        # the header links to a page of the suite that nobody writes
        return re.sub(r'<a href="[./]*expectations/[^"]*"\s*>(.*?)</a>', r"\1", page, flags=re.DOTALL)

    return render


def _summary(suite: str, lines: list[dict[str, Any]]) -> dict[str, Any]:
    failed = [r for r in lines if r["outcome"] == "failed"]
    return {
        "name": suite,
        "page": _page(suite),
        "checks": len(lines),
        "passed": sum(r["outcome"] == "passed" for r in lines),
        "warnings": sum(r["severity"] == "warning" for r in failed),
        "stopped": sum(r["severity"] == "critical" for r in failed),
        "errors": sum(r["outcome"] == "error" for r in lines),
        "unexpected": sum(r["unexpected"] or 0 for r in lines),
    }


def _scores(scorecard: pa.Table) -> list[dict[str, Any]]:
    with duckdb.connect() as con:
        con.register("scorecard", scorecard)
        found = con.sql(_PLATFORMS).to_arrow_table().to_pylist()
    return [
        {"platform": r["platform"], "claims": r["claims"], "shares": [r[name] for _, name in DIMENSIONS]} for r in found
    ]
