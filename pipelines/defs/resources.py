"""The one resource of the assets: where the home and the inbox are."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import dagster as dg
from pydantic import Field

from connectors.decisions import decisions
from connectors.holding import all_delivery_states
from connectors.rows import DeliveryRejected
from pipelines.city import City
from pipelines.engine import LOCAL
from pipelines.locking import locked
from pipelines.markers import Counts, digest, digests_of, run_if_changed
from pipelines.nothing_new import forget_run
from pipelines.permissions import private_to_owner
from pipelines.recovery import recover, restore_library, scratch
from pipelines.settings import Settings
from pipelines.settling import wait_until_settled
from pipelines.stages import models
from pipelines.stages.quality import check_landing
from pipelines.stages.release import name_release
from pipelines.steps import Plan, Step
from warehouse import access, judgements, verification
from warehouse.model import Home
from warehouse.model.layout import mark_layout

WAITING = "另一个运行正在写入该目录，等待其结束 · another run holds this home; waiting for it to end"

COPYING = "收件箱中有文件仍在写入，等待其完成 · a file in the inbox is still being written; waiting for it"


class Workspace(dg.ConfigurableResource):
    """Home and inbox of the city this code location works for."""

    home_path: str = Field(description="Folder that holds everything a run writes.")
    inbox_path: str = Field(description="Folder with one sub-folder per platform, or its address.")
    city_path: str | None = Field(None, description="Folder of the city; default: the shipped sample city.")
    platform_folder: str | None = Field(None, description="Platform descriptions in another place than the city's.")

    engine: str = Field(LOCAL, description="Where matching and golden records run: local, duckdb, or the URL of Spark.")

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator["Workspace"]:
        """The workspace for the length of a run, which holds the home's lock: one run at a time writes to a home."""
        home = self.settings.home
        with (
            locked(home, lambda: _say(context, WAITING)),
            private_to_owner(home, self.settings.city.settings.readers),
        ):
            mark_layout(home)
            forget_run(home)
            self._look_into_the_inbox(context)
            self.settings.city.copy_to(self.settings.home)
            if restored := restore_library(home):
                _say(context, restored)
            if gone := recover(self.settings.home):
                _say(
                    context,
                    f"上次运行中断，已清理{gone}个半成品 · a run was killed; {gone} half-written files are gone",
                )
            with scratch(self.settings.home):
                yield self

    @cached_property
    def settings(self) -> Settings:
        """The settings as the stages take them."""
        city = City(*(Path(path) if path else None for path in (self.city_path, self.platform_folder)))
        return Settings.of(self.inbox_path, Path(self.home_path), city, self.engine)

    def _look_into_the_inbox(self, context: dg.InitResourceContext) -> None:
        """Wait for files that are still being written; fetch them where the inbox lies elsewhere."""
        remote, platforms = self.settings.remote, frozenset(self.settings.platforms)
        with suppress(DeliveryRejected):  # that it can't be reached is told by what is fetched
            wait_until_settled(remote or self.settings.inbox, lambda: _say(context, COPYING), platforms)
        for odd in remote.fetch(self.settings.inbox, platforms) if remote else ():
            _say(context, odd)

    def run_step(self, plan: Plan, step: Step) -> Counts:
        """Do a step unless all it depends on is what it was the last time; return its counts."""
        if step.landing_checked:
            self.check_landing()
        version = self.version(plan) if step.versioned else ""
        if step.always:
            return step.run(self.settings, version)
        return run_if_changed(
            self.settings.home,
            step.name,
            self.fingerprints(plan).of(step, version),
            lambda: step.run(self.settings, version),
            lambda: {written.handle: written.digest(self.settings) or version for written in step.writes},
        )

    def version(self, plan: Plan) -> str:
        """The version of the release this run makes: named once all models are there, and kept."""
        known = self.fingerprints(plan)
        models_made = [known.of(step) for step in plan.steps if step.group == "link"]
        counts = run_if_changed(
            self.settings.home,
            "version",
            digest((*models_made, *known.landed.items(), known.verified, known.granted)),
            lambda: name_release(self.settings),
        )
        return str(counts["version"])

    def check_landing(self) -> Counts:
        """Run the landing suites; what they find follows from the deliveries alone."""
        landed = _landed(self.settings)
        return run_if_changed(
            self.settings.home,
            "check/landing",
            digest((self.settings.configuration_fingerprint, *landed.items())),
            lambda: check_landing(self.settings),
        )

    def fingerprints(self, plan: Plan) -> "Fingerprints":
        """What every step depends on, as things stand."""
        home = self.settings.home
        days = models.days(self.settings.city.settings.model_days)
        judged = (judgements.fingerprint(home), models.asked(home), days)
        decided = digest(sorted(map(repr, decisions(home).items())))
        verified, granted = verification.fingerprint(home), access.fingerprint(home, access.today())
        return Fingerprints(
            plan,
            home,
            self.settings.configuration_fingerprint,
            _landed(self.settings),
            judged,
            decided,
            verified,
            granted,
        )


@dataclass(frozen=True)
class Fingerprints:
    """What every step depends on: the configuration, what is landed of what it reads, and the content of the tables it reads,
    which the steps before it have written by then. A step that depends on judgements says so itself."""

    plan: Plan
    home: Home
    configuration: str
    landed: Mapping[str, str]
    judged: tuple[object, ...]
    decided: str = ""
    verified: str = ""
    granted: str = ""

    def of(self, step: Step, version: str = "") -> str:
        """The fingerprint of a step that makes something of that version; the steps whose tables it reads are done."""
        landed = [self.landed.get(handle, "") for handle in self.plan.landings(step)]
        read = set(step.reads)
        tables = [
            f"{handle} {content}"
            for maker in self.plan.before(step)
            for handle, content in digests_of(self.home, maker.name).items()
            if handle in read
        ]
        people = (
            *(self.judged if step.judged else ()),
            *([self.decided] if step.decided else []),
            *([self.verified] if step.verified else []),
            *([self.granted] if step.granted else []),
        )
        return digest((self.configuration, *people, version, *landed, *tables))


def _say(context: dg.InitResourceContext, what: str) -> None:
    if context.log:
        context.log.warning(what)


def _landed(settings: Settings) -> Mapping[str, str]:
    """`landing/<platform>` → fingerprint of its deliveries as they stand."""
    states = _deliveries(settings, settings.configuration_fingerprint, _marks(settings.home))
    return {f"landing/{platform}": states.get(platform, "") for platform in settings.platforms}


@lru_cache(maxsize=8)
def _deliveries(settings: Settings, configuration: str, marks: tuple[object, ...]) -> dict[str, str]:
    """Platform → fingerprint of its deliveries as they stand; `marks` and `configuration` tell when to look again."""
    known = all_delivery_states(settings.platforms, settings.home)
    lines: dict[str, list[str]] = {}
    for line in known.select(["platform", "delivery_id", "dataset", "state"]).to_pylist():
        lines.setdefault(line["platform"], []).append("/".join(line.values()))
    return {platform: digest(sorted(own)) for platform, own in lines.items()}


def _marks(home: Home) -> tuple[object, ...]:
    """What changes with every new delivery and every decision: times of folders, and of the record."""
    places = [*sorted((home.landing / "delivery").glob("*")), home.decisions]
    return tuple(
        (path.name, status.st_mtime_ns, status.st_size) for path in places if path.exists() and (status := path.stat())
    )


def workspace_of(settings: Settings) -> Workspace:
    """The workspace of some settings, with whole paths: a run may start in another folder."""
    return Workspace(
        home_path=str(settings.home.root),
        inbox_path=settings.remote.url if settings.remote else str(settings.inbox),
        city_path=_resolved(settings.city.folder),
        platform_folder=_resolved(settings.city.platform_folder),
        engine=settings.engine,
    )


def workspace_from_environment() -> Workspace:
    """The workspace `dg dev` and the daemon use: ONENET_HOME, ONENET_INBOX, ONENET_CITY, ONENET_PLATFORMS, ONENET_ENGINE."""
    return workspace_of(Settings.from_environment())


def _resolved(folder: Path | None) -> str | None:
    return str(folder.resolve()) if folder else None
