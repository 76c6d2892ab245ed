"""The one resource of the assets: where the home and the inbox are."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property, lru_cache
from pathlib import Path

import dagster as dg
from pydantic import Field

from connectors.holding import standing_of_all
from pipelines.city import City
from pipelines.locking import locked
from pipelines.nothing_new import forget_run
from pipelines.once import Counts, digest, once
from pipelines.recovery import recover, scratch
from pipelines.settings import Settings
from pipelines.stages import models
from warehouse import judgements
from warehouse.model import Home

WAITING = "另一个运行正在写入该目录，等待其结束 · another run holds this home; waiting for it to end"


class Workspace(dg.ConfigurableResource):
    """Home and inbox of the city this code location works for."""

    home_path: str = Field(description="Folder that holds everything a run writes.")
    inbox_path: str = Field(description="Folder with one sub-folder per platform.")
    city_path: str | None = Field(None, description="Folder of the city; default: the shipped sample city.")
    platform_folder: str | None = Field(None, description="Platform descriptions in another place than the city's.")

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator["Workspace"]:
        """The workspace for the length of a run, which holds the home's lock: one run at a time writes to a home."""
        with locked(self.settings.home, lambda: _say(context, WAITING)):
            forget_run(self.settings.home)
            self.settings.city.copy_to(self.settings.home)
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
        return Settings.of(Path(self.inbox_path), Path(self.home_path), city)

    def step(self, name: str, body: Callable[[Settings], Counts], *inputs: object, judged: bool = True) -> Counts:
        """Run `body(settings)` unless all it depends on is what it was the last time: deliveries, configuration, `inputs`.

        Args:
            name: of the step, as in `once`.
            body: what it does.
            inputs: what else it depends on.
            judged: it depends on the stewards' judgements and the matching models too, as do all steps from the links on.
        """
        home = self.settings.home
        decided = (
            (judgements.fingerprint(home), models.asked(home), models.days(self.settings.city.settings.model_days))
            if judged
            else ()
        )
        return once(self.settings.home, name, self.fingerprint(*decided, *inputs), lambda: body(self.settings))

    def fingerprint(self, *inputs: object) -> str:
        """Fingerprint of all deliveries as they stand, the configuration and `inputs`."""
        configuration = self.settings.configuration_fingerprint
        deliveries = _deliveries(self.settings, configuration, _marks(self.settings.home))
        return digest((configuration, deliveries, *inputs))


def _say(context: dg.InitResourceContext, what: str) -> None:
    if context.log:
        context.log.warning(what)


@lru_cache(maxsize=8)
def _deliveries(settings: Settings, configuration: str, marks: tuple[object, ...]) -> str:
    """Fingerprint of all deliveries as they stand; `marks` and `configuration` tell when to look again."""
    known = standing_of_all(settings.platforms, settings.home).select(["delivery_id", "dataset", "state"]).to_pylist()
    return digest(sorted("/".join(line.values()) for line in known))


def _marks(home: Home) -> tuple[object, ...]:
    """What changes with every new delivery and every decision: times of folders, and of the record."""
    places = [*sorted((home.landing / "delivery").glob("*")), home.decisions]
    return tuple(
        (path.name, status.st_mtime_ns, status.st_size) for path in places if path.exists() and (status := path.stat())
    )


def workspace_of(settings: Settings) -> Workspace:
    """The workspace of some settings, with whole paths: a run may start in another folder."""
    return Workspace(
        home_path=str(settings.home.root.resolve()),
        inbox_path=str(settings.inbox.resolve()),
        city_path=_resolved(settings.city.folder),
        platform_folder=_resolved(settings.city.platform_folder),
    )


def workspace_from_environment() -> Workspace:
    """The workspace `dg dev` and the daemon use: ONENET_HOME, ONENET_INBOX, ONENET_CITY, ONENET_PLATFORMS."""
    return workspace_of(Settings.from_environment())


def _resolved(folder: Path | None) -> str | None:
    return str(folder.resolve()) if folder else None
