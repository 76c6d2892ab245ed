"""Makes ready what a new release needs before somebody asks for it: the index of the search, the figures of the
city, the outlines of its grids.

Belongs here: when. Does not: what is made (`search`, `pages.city`, `grid_map`).
"""

from __future__ import annotations

import threading

from warehouse.portal.grid_map import grids_of
from warehouse.portal.pages.city import figures_of
from warehouse.portal.search import index_for
from warehouse.portal.shelf import NoReleaseError, Shelf

EVERY = 5.0
"""Seconds between two looks for a new release."""


def keep_warm(shelf: Shelf, end: threading.Event) -> None:
    """Look for new releases until `end` is set; a release is made ready once."""
    ready = ""
    while not end.wait(EVERY if ready else 0.1):
        try:
            with shelf.release() as release:
                if release.version != ready:
                    index_for(release)
                    figures_of(release)
                    grids_of(release)
                    ready = release.version
        except NoReleaseError:
            end.wait(EVERY)
