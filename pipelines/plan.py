"""The steps of the main job, for the kinds and platforms of a city.

Belongs here: which tables every step reads and writes. Does not: what a step does (`stages`), or how it is shown (`defs`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

from connectors.spec import Department, Platform
from pipelines.kinds import inputs_of
from pipelines.markers import Counts
from pipelines.settings import Settings
from pipelines.stages import (
    area_codes,
    benefits,
    care,
    checks,
    divisions,
    duties,
    history,
    quality,
    reconcile,
    release,
    resolve,
    verification,
)
from pipelines.stages.extracts import write_departments
from pipelines.stages.links import link_mentions, match_digest
from pipelines.stages.mentions import write_mentions
from pipelines.stages.named_persons import PERSON
from pipelines.stages.processes import write_processes
from pipelines.steps import Plan, Step, Written, handles, stage_tables
from quality.suites import load_suite, suites_of_stage
from warehouse.model import care as care_tags
from warehouse.model import catalogue, evidence, grid, landing, process
from warehouse.model import quality as measures
from warehouse.model.base import GRID_TREE
from warehouse.model.data_model import HOME, DataModel
from warehouse.model.link import BENEFIT, CLUSTER, ENTITY, HISTORY, MENTION, MENTION_HISTORY, REDIRECT
from warehouse.model.release import Served, release_tables
from warehouse.model.verification import ANSWER, REQUEST

CANDIDATE, LIBRARY = "release/candidate", "release/base_library"
MATCHING = ("rapidfuzz", "parquet")
CHECKS = ("greatexpectations", "parquet")


def plan(settings: Settings) -> Plan:
    """Every step of a city, each after those whose tables it reads."""
    model, platforms = settings.home.data_model, settings.platforms
    landed = handles(["landing"], platforms)
    return Plan(
        (
            _mentions(model, landed),
            *_links(model),
            *_entities(model),
            *_verification(model, landed),
            *_golden(model),
            *_after_golden(model, landed),
            *_quality(model, landed),
            *_release(model),
            *_handed_over(model, departments(platforms.values())),
        ),
        landed,
    )


def _mentions(model: DataModel, landed: tuple[str, ...]) -> Step:
    tables = (
        Written(f"mention/{kind}", f"{model.kind_titles[kind]}提及", f"every mention of a {kind}: standard values with the raw text beside them", model.mention(kind), rows=kind, kinds=("parquet",))
        for kind in model.order
    )  # fmt: skip
    grids = (
        Written("grid/tree", "网格树", "five levels, as the reference declares them", GRID_TREE, kinds=("parquet",)),
        Written("grid/history", "网格沿革", "from when to when every node held", grid.GRID_HISTORY, rows="", kinds=("parquet",)),
        Written("grid/change", "网格变更", "which code took the place of which", grid.GRID_CHANGE, rows="", kinds=("parquet",)),
    )  # fmt: skip
    return Step("mention", "mention", landed, (*tables, *grids), lambda settings, _: write_mentions(settings))


def _links(model: DataModel) -> Iterator[Step]:
    for kind in model.order:
        title = model.kind_titles[kind]
        yield Step(
            f"link/{kind}",
            "link",
            (f"mention/{kind}", *handles(["link"], inputs_of(model, kind).points_to)),
            (
                Written(f"link/{kind}", f"{title}链接", f"which {kind} mentions are the same: judged pairs and constrained clusters", CLUSTER, kinds=MATCHING, chart=f"weights_{kind}", content=partial(_match_digest, kind)),
                Written(f"model/{kind}", f"{title}匹配模型", "parameters of the Fellegi–Sunter model, readable JSON", kinds=("json",), path=partial(_model_file, kind)),
            ),
            partial(_of_kind, link_mentions, kind),
            judged=True,
        )  # fmt: skip


def _match_digest(kind: str, settings: Settings) -> str:
    return match_digest(settings.home, kind)


def _model_file(kind: str, settings: Settings) -> Path:
    return settings.home.model(kind)


def _of_kind(run: Callable[[Settings, str], Counts], kind: str, settings: Settings, version: str) -> Counts:
    """A stage that is done kind by kind and knows no version."""
    return run(settings, kind)


def _named(kind: str, settings: Settings, version: str) -> Counts:
    return resolve.name_entities(settings, kind, version)


def _entities(model: DataModel) -> Iterator[Step]:
    """Ids. All models must be there: the release they name is part of an id's history."""
    for kind in model.kinds:
        title = model.kind_titles[kind]
        yield Step(
            f"entity/{kind}",
            "entity",
            (f"mention/{kind}", *handles(["link", "model"], model.kinds)),
            (
                Written(f"entity/{kind}", f"{title}实体", f"the {kind} each mention names, under an opaque, stable id", ENTITY),
                Written(f"redirect/{kind}", f"{title}编号变更", "ids that live on under another", REDIRECT, rows="redirects"),
                Written(f"history/{kind}", f"{title}编号沿革", "the story of every id", HISTORY, rows=""),
            ),
            partial(_named, kind),
            judged=True,
            versioned=True,
        )  # fmt: skip


def _verification(model: DataModel, landed: tuple[str, ...]) -> Iterator[Step]:
    """What departments said of corrections, before golden values are chosen."""
    kinds = tuple(model.kinds)
    yield Step(
        "answer",
        "golden",
        (*landed, *handles(["mention"], kinds)),
        (
            *(Written(f"answered/{k}", f"{model.kind_titles[k]}校核所涉主张", f"claims about each {k} that departments spoke of: superseded, or with a right value", ANSWER, rows=k) for k in kinds),
            *(Written(f"answer/{k}", f"{model.kind_titles[k]}校核答复", f"mentions of each {k} as departments say they should read", model.mention(k), rows="") for k in kinds),
        ),
        lambda settings, _: verification.write_answers(settings),
        verified=True,
    )  # fmt: skip
    yield Step(
        "verification",
        "quality",
        handles(["mention", "entity"], kinds),
        (Written("quality/verification_request", "校核", "what departments said of the corrections they were sent, and what became of it", REQUEST),),
        lambda settings, _: verification.write_requests(settings),
        verified=True,
    )  # fmt: skip


def _golden(model: DataModel) -> Iterator[Step]:
    for kind in model.golden_order:
        title, before = model.kind_titles[kind], model.golden_reads(kind)
        yield Step(
            f"golden/{kind}",
            "golden",
            (*handles(["mention", "entity", "answered", "answer"], [kind]), "grid/tree", *handles(["mention", "entity", "golden"], before)),
            (
                Written(f"golden/{kind}", f"{title}主记录", f"the chosen value per attribute of each {kind}", model.golden(kind)),
                Written(f"attribute/{kind}", f"{title}主张", "every asserted value, with why it won or lost", evidence.ATTRIBUTE, rows="claims"),
                Written(f"conflict/{kind}", f"{title}冲突", "where departments disagree", evidence.CONFLICT, rows="conflicts"),
            ),
            partial(_of_kind, resolve.choose_golden, kind),
        )  # fmt: skip
        yield Step(
            f"certainty/{kind}",
            "golden",
            (f"attribute/{kind}",),
            (
                Written(f"certainty/{kind}", f"{title}主记录值确信度", f"how certain the contested golden values of each {kind} are", evidence.CERTAINTY),
                Written(f"reliability/{kind}", f"{title}来源可靠度", f"how often what a platform says of each {kind} is right", evidence.RELIABILITY, rows="sources"),
            ),
            partial(_of_kind, resolve.estimate_certainty, kind),
            judged=True,
        )  # fmt: skip


def _after_golden(model: DataModel, landed: tuple[str, ...]) -> Iterator[Step]:
    kinds = tuple(model.kinds)
    yield Step(
        "relation",
        "relation",
        handles(["mention", "entity", "golden"], kinds),
        tuple(
            Written(f"relation/{r.table.name}", r.table.zh, f"{r.table.en}: {r.table.grain}", r.table, handles(["mention", "entity", "golden"], {r.left, r.right, HOME}), r.table.name)
            for r in model.relations
        ),
        lambda settings, _: resolve.relate_entities(settings),
    )  # fmt: skip
    for k in kinds:
        yield Step(
            f"match/{k}",
            "golden",
            handles(["mention", "entity", "link"], [k]),
            (Written(f"match/{k}", f"{model.kind_titles[k]}匹配依据", "why two mentions were linked or queued", evidence.MATCH),),
            partial(_of_kind, resolve.explain_matches, k),
            judged=True,
        )  # fmt: skip
    yield Step(
        "evidence",
        "golden",
        handles(["mention", "entity"], kinds),
        (
            Written("link/mention", "归属与依据", "which entity every mention names", MENTION),
            Written("judgement/judgement", "人工裁定", "what stewards decided about pairs of mentions", evidence.JUDGEMENT, rows="judgements"),
        ),
        lambda settings, _: resolve.gather_evidence(settings),
        judged=True,
    )  # fmt: skip
    yield Step(
        "mention_history",
        "golden",
        (*landed, *handles(["mention", "entity"], kinds)),
        tuple(Written(f"mention_history/{k}", f"{model.kind_titles[k]}提及沿革", "from when to when every mention held; what was withdrawn stays, with its dates", MENTION_HISTORY, rows=k) for k in kinds),
        history.write_history,
        versioned=True,
    )  # fmt: skip
    yield Step(
        "process",
        "golden",
        (*landed, *handles(["mention", "entity"], ["event", "component"]), "golden/event", "grid/tree"),
        stage_tables("process", process.TABLES),
        lambda settings, _: write_processes(settings),
    )
    yield Step(
        "grid",
        "golden",
        ("grid/tree", *handles(["golden"], model.placed)),
        (Written("base/grid", "网格树", "five levels, with what is placed in each node", model.grid),),
        lambda settings, _: resolve.fill_grid(settings),
    )
    yield Step(
        "division",
        "golden",
        (*landed, *handles(["golden"], divisions.KINDS), "mention/event"),
        stage_tables("division", grid.OVERLAY_TABLES),
        lambda settings, _: divisions.write_divisions(settings),
    )
    yield Step(
        "area_code",
        "golden",
        (*landed, *handles(["mention"], model.placed), "grid/tree", "grid/change"),
        (Written("area/area_code", grid.AREA_CODE.zh, f"{grid.AREA_CODE.en}: {grid.AREA_CODE.grain}", grid.AREA_CODE),),
        lambda settings, _: area_codes.write_area_codes(settings),
    )
    yield Step(
        "duty",
        "golden",
        (*landed, *handles(["mention", "entity"], [PERSON])),
        stage_tables("duty", grid.DUTY_TABLES),
        lambda settings, _: duties.write_duties(settings),
    )
    yield Step(
        "benefit",
        "golden",
        (*landed, *handles(["mention", "entity"], [PERSON])),
        stage_tables("benefit", (BENEFIT,)),
        lambda settings, _: benefits.write_benefits(settings),
    )
    yield Step(
        "care",
        "golden",
        (*landed, *handles(["mention", "entity", "golden", "attribute"], [PERSON])),
        (
            *stage_tables("care", (care_tags.CARE_TAG, care_tags.CARE_TAG_COUNT)),
            Written("catalogue/care_tag", care_tags.CARE_TAG_CODE.zh, f"{care_tags.CARE_TAG_CODE.en}: {care_tags.CARE_TAG_CODE.grain}", care_tags.CARE_TAG_CODE, landed, "tags"),
        ),
        lambda settings, _: care.write_care_tags(settings),
    )  # fmt: skip
    yield Step(
        "reconciliation",
        "quality",
        (*landed, "link/mention", "grid/tree"),
        (
            Written("quality/reconciliation", "行数对账", "delivered = landed + rejected; every expected mention belongs to an entity", measures.RECONCILIATION),
            Written("quality/rejected", "退回行", "rows that did not land, with their reason", landing.REJECTED, landed, rows=""),
            *(
                Written(f"catalogue/{table.name}", table.zh, table.en, table, landed, rows="")
                for table in (catalogue.PLATFORM, catalogue.DATASET, catalogue.FIELD, catalogue.CODE, catalogue.ENTITLEMENT, catalogue.WITHHELD, process.ROUTE)
            ),
        ),
        lambda settings, _: reconcile.reconcile_rows(settings),
        decided=True,
        granted=True,
    )  # fmt: skip


def suite_handles(model: DataModel, suite: str) -> tuple[str, ...]:
    """Handles of the stage tables a suite reads, its own first."""
    relations = {r.table.full_name: f"relation/{r.table.name}" for r in model.relations}
    return tuple(relations.get(table, table.replace(".", "/", 1)) for table in load_suite(suite, model).tables)


def _quality(model: DataModel, landed: tuple[str, ...]) -> Iterator[Step]:
    checked = tuple(dict.fromkeys(h for suite in suites_of_stage(model) for h in suite_handles(model, suite)))
    yield Step(
        "expectation",
        "quality",
        (*landed, *checked),
        (
            Written("quality/expectation", "检查结果", "what every check found: counts and places, no values", measures.EXPECTATION, kinds=CHECKS),
            Written("quality/failing_row", "不符行", "the keys of the rows that break a check", measures.FAILING_ROW, rows="failing_rows", kinds=CHECKS),
        ),
        lambda settings, _: quality.gather_results(settings),
        landing_checked=True,
    )  # fmt: skip
    yield Step(
        "scorecard",
        "quality",
        (*landed, *handles(["attribute", "reliability"], model.kinds), "link/mention", "quality/reconciliation", "catalogue/platform"),
        (Written("quality/scorecard", "质量评分", "per platform, attribute and month, the dimensions of GB/T 36344", measures.SCORECARD),),
        lambda settings, _: quality.write_scorecard(settings),
    )  # fmt: skip
    yield Step(
        "overlap",
        "quality",
        ("link/mention", *handles(["conflict"], model.kinds)),
        (Written("quality/overlap", "平台重叠", "what every two platforms both know, what one knows alone, where they disagree", measures.OVERLAP, chart="overlap"),),
        lambda settings, _: quality.write_overlap(settings),
    )  # fmt: skip

    yield Step(
        "event_statistics",
        "quality",
        ("process/event_report",),
        stage_tables("quality", (measures.REPORTING_BY_CATEGORY, measures.REPORTING_BY_GRID, measures.EVENT_FORECAST, measures.EVENT_TREND)),
        lambda settings, _: quality.write_event_statistics(settings),
    )  # fmt: skip


def _release(model: DataModel) -> Iterator[Step]:
    served = release_tables(model)
    sources = {table.table.full_name: tuple(f"{stage}/{name}" for stage, name in table.sources) for table in served}
    reads = tuple(dict.fromkeys(handle for listed in sources.values() for handle in listed))
    yield Step(
        "candidate",
        "release",
        reads,
        (
            Written(CANDIDATE, "待发布版", "the new release, built aside; nobody sees it before its checks pass", rows="", kinds=("duckdb",)),
            *(_served(table, sources[table.table.full_name]) for table in served if f"{table.table.schema}/{table.table.name}" not in reads),
        ),
        release.build_candidate,
        versioned=True,
    )  # fmt: skip
    yield Step(
        "publish",
        "release",
        (CANDIDATE,),
        (Written(LIBRARY, "基础库", "`one_network.duckdb`: always the newest good release, swapped in at once", kinds=("duckdb",), rows="", path=lambda settings: settings.home.library, content=_version_tells),),
        release.publish_release,
        versioned=True,
    )  # fmt: skip


def _version_tells(_: Settings) -> str:
    """No digest of its own: a release is never changed, so its version tells what it holds, without reading it."""
    return ""


def _served(served: Served, made_of: tuple[str, ...]) -> Written:
    table = served.table
    return Written(
        f"{table.schema}/{table.name}", table.zh, f"{table.en}: {table.grain}", table, made_of, "", ("duckdb",)
    )


def _handed_over(model: DataModel, owners: tuple[Department, ...]) -> Iterator[Step]:
    yield Step(
        "parquet",
        "release",
        (LIBRARY,),
        (Written("release/parquet", "Parquet 版", "the release as Parquet files of the same names; `parquet/` points to the newest", rows="", kinds=("parquet",), path=lambda settings: settings.home.parquet),),
        release.export_parquet,
        versioned=True,
    )  # fmt: skip
    yield Step(
        "ducklake",
        "release",
        (LIBRARY,),
        (Written("release/ducklake", "DuckLake 版", "the release as a DuckLake, where the city's settings want one; `ducklake/` points to the newest", rows="", kinds=("duckdb", "parquet")),),
        release.export_ducklake,
        versioned=True,
        always=True,  # it depends on a setting that changes nothing else
    )  # fmt: skip
    yield Step(
        "restricted",
        "release",
        (LIBRARY,),
        (Written("release/restricted", "受限版", "the release with nothing masked, encrypted; built where ONENET_RESTRICTED_KEY is set", rows="", kinds=("duckdb",)),),
        release.write_restricted,
        versioned=True,
        always=True,  # it depends on the key, which nobody writes down
    )  # fmt: skip
    yield Step(
        "extract",
        "extract",
        (LIBRARY, "care/care_tag"),
        tuple(
            Written(f"extract/{owner.code}", f"{owner.zh}回流数据", "its own rows with entity ids, golden values it may see, conflicts and duplicates", rows=owner.code, kinds=("excel", "csv", "parquet"), owner=owner.code)
            for owner in owners
        ),
        lambda settings, version: write_departments(settings, owners, version),
        versioned=True,
    )  # fmt: skip
    yield Step(
        "data_docs",
        "quality",
        ("quality/expectation", "quality/failing_row", "quality/scorecard", "quality/overlap", LIBRARY),
        (Written("quality/data_docs", "质量报告", "pages of all checks, scores and overlaps; they need no network", rows="", kinds=("greatexpectations", "html"), path=lambda settings: settings.home.data_docs / "index.html"),),
        quality.write_data_docs,
        versioned=True,
    )  # fmt: skip


def check_candidate_step(model: DataModel) -> Step:
    """The checks of the release that was built aside; they write results, no table."""
    return Step("check/release", "release", (CANDIDATE,), (), checks.check_candidate, versioned=True, decided=True)


def check_step(model: DataModel, suite: str) -> Step:
    """The checks of one suite on stage files."""
    reads = suite_handles(model, suite)
    return Step(f"check/{suite}", "quality", reads, (), lambda settings, _: checks.check_stage(settings, suite))


def departments(platforms: Iterable[Platform]) -> tuple[Department, ...]:
    """Each department once, by code."""
    owners = {platform.department.code: platform.department for platform in platforms}
    return tuple(department for _, department in sorted(owners.items()))
