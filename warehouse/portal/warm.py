"""Makes ready what a new release needs before anybody is given it: the index of the search, the figures of the city, the outlines of
its grids. Until then requests go on with the release before, so that none waits for an index.

The index is made in a process of its own that gives way to others: names are looked through one by one, and in this process that
would hold up every request. Belongs here: when, and where. Does not: what is made (`search`, `pages.city`, `grid_map`).
"""

from __future__ import annotations

import logging
import subprocess
import sys
import threading

from warehouse.portal.grid_map import grids_of
from warehouse.portal.pages.city import figures_of
from warehouse.portal.search import index_for
from warehouse.portal.shelf import NoReleaseError, Release, Shelf

EVERY = 5.0
"""Seconds between two looks for a new release."""

INDEX = "import sys; from warehouse.portal.search_index import main; main(*sys.argv[1:])"


def keep_warm(shelf: Shelf, end: threading.Event) -> None:
    """Look for new releases until `end` is set; one that can't be made ready is tried again."""
    wait = 0.1
    while not end.wait(wait):
        wait = EVERY
        try:
            shelf.renew(make_ready)
        except NoReleaseError:
            continue
        except Exception:
            logging.getLogger(__name__).exception("a release could not be made ready for the portal")


def make_ready(release: Release) -> bool:
    """Make a release ready; true."""
    subprocess.run(
        [sys.executable, "-c", INDEX, str(release.home.root), release.version], check=False
    )  # where it fails the index is made here, or says why it can't be
    index_for(release)
    figures_of(release)
    grids_of(release)
    return True
