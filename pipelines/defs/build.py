"""Everything the code location holds, put together from the platform files: assets, checks, jobs, schedule, sensor."""

from collections.abc import Mapping

import dagster as dg

from pipelines.defs import matching, quality, release, resolution
from pipelines.defs.checks import landing_checks, suite_checks
from pipelines.defs.data_docs import data_docs
from pipelines.defs.jobs import inbox_sensor, main_job, nightly
from pipelines.defs.landing import landing_asset, landing_key
from pipelines.defs.resources import Workspace
from pipelines.settings import Settings
from quality.suites import suites_of_stage
from warehouse.model.data_model import DataModel


def assets_of_suites(model: DataModel) -> dict[str, dg.AssetKey]:
    """Suite that reads stage files → the asset it checks."""
    return {
        **{f"mention.{kind}": matching.mention_key(kind) for kind in model.kinds},
        **{f"entity.{kind}": resolution.entity_key(kind) for kind in model.kinds},
        **{f"golden.{kind}": resolution.golden_key(kind) for kind in model.kinds},
        **{r.table.full_name: resolution.relation_key(r.table.name) for r in model.relations},
        "link.mention": resolution.EVIDENCE,
        "base.grid": resolution.GRID_TREE,
        "judgement.judgement": resolution.EVIDENCE,
        "quality.reconciliation": resolution.BALANCE,
    }


def build_definitions(
    settings: Settings, workspace: Workspace, loggers: Mapping[str, dg.LoggerDefinition] | None = None
) -> dg.Definitions:
    """The definitions for one set of platforms.

    Args:
        settings: its platforms make the landing and extract assets.
        workspace: where the assets find home and inbox when they run.
        loggers: by name; Dagster's own if not given.
    """
    model = settings.home.data_model
    checked = assets_of_suites(model)
    landing = [landing_key(name) for name in settings.platforms]
    owners = release.departments([platform.department for platform in settings.platforms.values()])
    return dg.Definitions(
        assets=[
            *(landing_asset(platform) for platform in settings.platforms.values()),
            matching.mentions_asset(model, landing),
            *(matching.link_asset(model, kind) for kind in model.order),
            *(resolution.entity_asset(model, kind) for kind in model.kinds),
            *(resolution.golden_asset(model, kind) for kind in model.kinds),
            resolution.relations_asset(model),
            resolution.evidence_asset(model),
            resolution.history_asset(model),
            resolution.grid_asset(model),
            resolution.reconciliation_asset(landing),
            quality.results_asset(model, landing),
            quality.scorecard,
            quality.overlap,
            release.candidate_asset(model),
            release.base_library,
            release.parquet,
            release.restricted,
            release.extracts_asset(owners),
            data_docs,
        ],
        asset_checks=[
            landing_checks(list(settings.platforms.values())),
            *(suite_checks(model, suite, checked[suite]) for suite in suites_of_stage(model)),
            suite_checks(model, "release", release.CANDIDATE, release.check_candidate),
        ],
        jobs=[main_job],
        schedules=[nightly(settings)],
        sensors=[inbox_sensor(settings)],
        resources={"workspace": workspace},
        loggers=loggers or {},
    )
