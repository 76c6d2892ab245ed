"""How a check went, in words: a fault of which the release is only told reads as a warning, not as a failure.

Belongs here: the words, and Great Expectations' hook for the status of a check.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from great_expectations.expectations.core.unexpected_rows_expectation import UnexpectedRowsExpectation

STATES = {
    "passed": ("fa-check-circle", "outcome-passed", "通过 passed"),
    "warning": ("fa-exclamation-triangle", "outcome-failed", "警告 warning"),
    "stopped": ("fa-times", "outcome-stopped", "阻断 stopped"),
    "error": ("fa-times", "outcome-stopped", "未能执行 could not run"),
}
"""By state, from best to worst: icon, colour and words."""


@cache
def one_network_check() -> type[UnexpectedRowsExpectation]:
    """A check whose status on a page is the state its configuration carries in `meta`."""
    from great_expectations.expectations.core.unexpected_rows_expectation import UnexpectedRowsExpectation
    from great_expectations.render import LegacyDiagnosticRendererType, RenderedStringTemplateContent
    from great_expectations.render.renderer.renderer import renderer

    class OneNetworkCheck(UnexpectedRowsExpectation):
        """A check whose status on a page is the state its configuration carries in `meta`."""

        @classmethod
        @renderer(renderer_type=LegacyDiagnosticRendererType.STATUS_ICON)
        def _diagnostic_status_icon_renderer(
            cls, configuration: Any = None, result: Any = None, runtime_configuration: Any = None
        ) -> RenderedStringTemplateContent:
            state = result.expectation_config.meta["state"]
            icon, colour, words = STATES[state]
            # the filter of the page finds what passed by this class
            hidden = ["hide-succeeded-validation-target-child"] if state == "passed" else []
            return RenderedStringTemplateContent(
                content_block_type="string_template",
                string_template={
                    "template": "$icon $words",
                    "params": {"icon": "", "words": words},
                    "styling": {
                        "params": {"icon": {"tag": "i", "classes": ["fas", icon]}},
                        "classes": [colour, "outcome"],
                    },
                },
                styling={"parent": {"classes": hidden}},
            )

    return OneNetworkCheck
