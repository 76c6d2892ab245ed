"""The one resource of the assets: where the home and the inbox are."""

from collections.abc import Callable
from functools import cached_property
from pathlib import Path

import dagster as dg
from pydantic import Field

from connectors.current import manifest
from pipelines.once import Counts, digest, once
from pipelines.settings import HOME_VARIABLE, INBOX_VARIABLE, PLATFORMS_VARIABLE, Settings
from warehouse.model import Home


class Workspace(dg.ConfigurableResource):
    """Home and inbox of the city this code location works for."""

    home_path: str = Field(description="Folder that holds everything a run writes.")
    inbox_path: str = Field(description="Folder with one sub-folder per platform.")
    platform_folder: str | None = Field(None, description="Platform descriptions; default: those shipped.")

    @cached_property
    def settings(self) -> Settings:
        """The settings as the stages take them."""
        folder = Path(self.platform_folder) if self.platform_folder else None
        return Settings(Path(self.inbox_path), Home(Path(self.home_path)), folder)

    def step(self, name: str, body: Callable[[Settings], Counts], *inputs: object) -> Counts:
        """Run `body(settings)` unless deliveries, configuration and `inputs` are what they were the last time."""
        return once(self.settings.home, name, self.fingerprint(*inputs), lambda: body(self.settings))

    def fingerprint(self, *inputs: object) -> str:
        """Fingerprint of all landed deliveries, the configuration and `inputs`."""
        known = manifest(self.settings.home).select(["delivery_id", "dataset", "state"]).to_pylist()
        deliveries = sorted("/".join(line.values()) for line in known)
        return digest((self.settings.configuration_fingerprint, *deliveries, *inputs))


def workspace_from_environment() -> Workspace:
    """The workspace `dg dev` and the daemon use: ONENET_HOME, ONENET_INBOX, ONENET_PLATFORMS."""
    return Workspace(
        home_path=dg.EnvVar(HOME_VARIABLE),
        inbox_path=dg.EnvVar(INBOX_VARIABLE),
        platform_folder=Settings.from_environment().platform_folder and dg.EnvVar(PLATFORMS_VARIABLE),
    )
