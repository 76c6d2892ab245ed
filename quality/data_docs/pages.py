"""The pages: an index, and one page a suite by Great Expectations' own renderer under a frame of ours.

Belongs here: rendering and writing. Does not: what a result is (`validation`).
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any

import pyarrow as pa
from jinja2 import ChoiceLoader, Environment, PackageLoader, select_autoescape

from quality.data_docs.outcome import STATES, one_network_check
from quality.data_docs.validation import state, validation_result
from quality.data_docs.words import Title, in_chinese, suite_title
from warehouse.model.data_model import DataModel, shipped
from warehouse.model.quality import FAILING_ROW
from warehouse.model.session import connect

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
    titles: Mapping[str, Title] | None = None,
    model: DataModel | None = None,
) -> int:
    """Write all pages anew and return how many suites they show.

    Args:
        folder: is replaced; what the pages need lies in it, so that it can be copied anywhere.
        results: `quality.expectation` of all suites; pages come in the order in which suites first appear.
        rows: `quality.failing_row`; pages name the first of them.
        scorecard: `quality.scorecard`, shown by platform.
        chart: an SVG for the index.
        version: the release they belong to.
        titles: Chinese and English titles of platforms by their code; a platform without one shows its code.
        model: the kinds there are; those that are shipped if not given.
    """
    titles = titles or {}
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
    suites = [_summary(suite, lines, suite_title(model or shipped(), suite, titles)) for suite, lines in found.items()]
    for summary, (suite, lines) in zip(suites, found.items(), strict=True):
        result = validation_result(suite, lines, [r for r in told if r["suite"] == suite])
        (aside / summary["page"]).write_text(render(result, summary, version), encoding="utf-8")
    index = _environment().get_template("index.jinja")
    text = index.render(
        suites=suites,
        total={k: sum(s[k] for s in suites) for k in ("checks", "passed", "warnings", "stopped", "errors")},
        version=version,
        dimensions=DIMENSIONS,
        scores=_scores(scorecard, titles) if scorecard is not None else [],
        chart=CHART if (aside / CHART).exists() else None,
    )
    (aside / "index.html").write_text(text, encoding="utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    aside.rename(folder)
    return len(found)


def _environment() -> Environment:
    return Environment(loader=_own(), autoescape=select_autoescape(["jinja"]))


def _own() -> PackageLoader:
    return PackageLoader("quality", "data_docs/templates")


def _renderer() -> Any:
    """A function from a validation result, the suite's summary and the version to a page.

    Great Expectations' frame is ours: it finds our template first.
    """
    from great_expectations.render.renderer import ValidationResultsPageRenderer
    from great_expectations.render.view import DefaultJinjaPageView

    one_network_check()  # Great Expectations finds it by its name
    renderer, view = ValidationResultsPageRenderer(), DefaultJinjaPageView()
    shipped = view.env.loader
    assert shipped
    view.env.loader = ChoiceLoader([_own(), shipped])

    def render(result: Any, summary: Mapping[str, Any], version: str) -> str:
        known = {**summary, "state": STATES[summary["worst"]]}
        return in_chinese(view.render(renderer.render(result), summary=known, version=version))

    return render


def _summary(suite: str, lines: list[dict[str, Any]], title: Title) -> dict[str, Any]:
    states = [state(line) for line in lines]
    return {
        "name": suite,
        "title": title,
        "page": f"{suite}.html",
        "checks": len(lines),
        "passed": states.count("passed"),
        "warnings": states.count("warning"),
        "stopped": states.count("stopped"),
        "errors": states.count("error"),
        "worst": next((s for s in ("error", "stopped", "warning") if s in states), "passed"),
        "unexpected": sum(r["unexpected"] or 0 for r in lines),
    }


def _scores(scorecard: pa.Table, titles: Mapping[str, Title]) -> list[dict[str, Any]]:
    with connect() as con:
        con.register("scorecard", scorecard)
        found = con.sql(_PLATFORMS).to_arrow_table().to_pylist()
    return [
        {
            "platform": r["platform"],
            "title": titles.get(r["platform"], (r["platform"], r["platform"])),
            "claims": r["claims"],
            "shares": [r[name] for _, name in DIMENSIONS],
        }
        for r in found
    ]
