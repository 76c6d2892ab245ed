"""Is what run after run has made what a single run would make? Reads the whole home; writes into a scratch folder only.

Belongs here: doing every step up to the candidate anew from the landing area, under the held models and with the ids of the library,
and comparing. Does not: any of these steps (`pipelines.plan`), the home beside (`stages.rebuild`), or the command.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pydantic import ValidationError

from pipelines.plan import CANDIDATE, check_step, plan
from pipelines.recovery import scratch
from pipelines.settings import Settings
from pipelines.stages.quality import check_landing
from pipelines.stages.rebuild import Differences, beside, compare_entities, is_matched
from pipelines.stages.release import release_facts
from pipelines.steps import Step
from quality.suites import suites_of_stage
from warehouse.model import Home
from warehouse.release import Manifest, ReleaseFacts, published, release_file
from warehouse.release.manifest import delivery_lines
from warehouse.release.rows import RowDifference, compare_rows


@dataclass(frozen=True)
class Verification:
    """A home against one made anew.

    Attributes:
        entities: how entities differ, kind by kind.
        version: the library that was compared; None where there is none.
        tables: how the rows of its tables differ, in their order; empty where there is none.
        since: what has changed since the library was built: `deliveries`, `code`, `models`, `judgements`, `verifications`.
    """

    entities: Sequence[Differences]
    version: str | None = None
    tables: Sequence[RowDifference] = ()
    since: Sequence[str] = ()

    @property
    def equal(self) -> bool:
        """Nothing differs."""
        return all(d.equal for d in self.entities) and all(d.equal for d in self.tables)


def verify_home(settings: Settings) -> Verification:
    """Make a release anew beside a home and compare; the home itself is left as it is. The caller holds its lock.

    Raises:
        FileNotFoundError: the home has not been matched yet.
    """
    home, model = settings.home, settings.home.data_model
    if not is_matched(home):
        raise FileNotFoundError(f"{home.root}: nothing to compare with; run `onenet run` first")
    version = published(home)
    with scratch(home), beside(home) as other:  # what is spilled holds people's data and stays in the home
        anew = replace(settings, home=other)
        matching, after = _steps(anew)
        _run(anew, matching, "")
        entities = [compare_entities(home, other, kind) for kind in model.order]
        if version is None:
            return Verification(entities)
        _run(anew, after, version)
        tables = compare_rows(home.library, release_file(other, version), model)
        return Verification(entities, version, tables, _since(home, version, release_facts(settings)))


def _steps(settings: Settings) -> tuple[list[Step], list[Step]]:
    """The steps up to what is matched, and those after it up to the candidate, each after those whose tables it reads."""
    every = list(_with_checks(settings))
    last = max(number for number, step in enumerate(every) if step.group == "link")
    end = next(n for n, step in enumerate(every) if any(written.handle == CANDIDATE for written in step.writes))
    return every[: last + 1], every[last + 1 : end + 1]


def _with_checks(settings: Settings) -> Iterator[Step]:
    """Every step, and the suites of the stages before the step that gathers what they found."""
    model = settings.home.data_model
    for step in plan(settings).steps:
        if step.landing_checked:
            yield from (check_step(model, suite) for suite in suites_of_stage(model))
        yield step


def _run(settings: Settings, steps: Sequence[Step], version: str) -> None:
    """Do steps one after the other, under the version of the library: what is new gets no other name than there."""
    for step in steps:
        if step.landing_checked:
            check_landing(settings)
        step.run(settings, version)


def _since(home: Home, version: str, facts: ReleaseFacts) -> list[str]:
    """What the library was made of otherwise than a release made now; nothing where its manifest is gone."""
    try:
        manifest = Manifest.read(home.release(version))
    except (FileNotFoundError, ValidationError):
        return []
    same = {
        "deliveries": manifest.deliveries == delivery_lines(facts.deliveries),
        "code": manifest.code_version == facts.code_version,
        "models": manifest.model == facts.model,
        "judgements": manifest.judgements == facts.judgements,
        "verifications": manifest.verifications == facts.verifications,
    }
    return [name for name, equal in same.items() if not equal]
