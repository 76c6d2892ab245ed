"""The code location: what `dg dev`, the daemon and `dg launch` load. Home and inbox come from the environment."""

import dagster as dg

from pipelines.defs.build import build_definitions
from pipelines.defs.resources import workspace_from_environment
from pipelines.settings import Settings


@dg.definitions
def defs() -> dg.Definitions:
    """The definitions for the platforms this environment names.

    Raises:
        connectors.registry.ConfigurationError: a platform description is wrong; it names file, key and remedy.
    """
    return build_definitions(Settings.from_environment(), workspace_from_environment())
