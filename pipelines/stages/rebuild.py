"""What it takes to do everything anew: a home beside another, entities compared as sets of mentions, stages forgotten.

Belongs here: these. Does not: the steps done in the home beside (`pipelines.anew`), or the command (`pipelines.commands.rebuild`).
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipelines.kinds import specification
from pipelines.matching.store.state import State
from pipelines.matching.store.stored_match import StoredMatch
from pipelines.resolution.identity import memories
from warehouse.model import Home
from warehouse.model.link import ENTITY

SHARED = ("landing", "judgements", "verifications", "access", "ledger", "city", "token.key", "home.json")
"""What a home beside another reads of it and never writes: all that was brought in or decided, and the key of the tokens."""


@dataclass(frozen=True)
class Differences:
    """How the entities of one kind differ, as sets of mentions.

    Attributes:
        kind: their kind.
        mentions: mentions in both.
        only_here: mentions the home has and a rebuild has not.
        only_anew: mentions a rebuild has and the home has not.
        entities: entities of the home.
        differing: entities of the home that hold other mentions than any entity of the rebuild.
    """

    kind: str
    mentions: int
    only_here: int
    only_anew: int
    entities: int
    differing: int

    @property
    def equal(self) -> bool:
        """Nothing differs."""
        return not (self.only_here or self.only_anew or self.differing)


def is_matched(home: Home) -> bool:
    """Whether the mentions of every kind were matched and their entities named."""
    return all(
        home.stage("entity", kind).exists() and State.load(home.matched(kind)) is not None
        for kind in home.data_model.order
    )


@contextmanager
def beside(home: Home) -> Iterator[Home]:
    """A home that shares with this one all that was brought in or decided. It has copies of its models and of its register of ids, no
    other stage and no release; it is gone at the end.
    """
    folder = home.scratch / "rebuild"  # which the next run empties, should this one be killed
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    try:
        for name in SHARED:
            if (home.root / name).exists():
                (folder / name).symlink_to(home.root / name)
        shutil.copytree(home.root / "models", folder / "models")
        scratch = Home(folder, home.data_model)
        if memories(home).is_dir():
            shutil.copytree(memories(home), memories(scratch))
        yield scratch
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def compare_entities(home: Home, scratch: Home, kind: str) -> Differences:
    """Compare the entities of one kind with those of a home beside, whose mentions are matched."""
    here, anew = (StoredMatch.of(place, specification(home.data_model, kind)) for place in (home, scratch))
    entity = ENTITY.read(home.stage("entity", kind), ["entity_id"])["entity_id"].combine_chunks().dictionary_encode()
    of_mention = np.asarray(entity.indices).astype(np.int64)
    one, other = np.stack([here.keys, of_mention[here.ids]]), np.stack([anew.keys, anew.cluster_keys])
    return compare_partitions(kind, one, other)


def compare_partitions(kind: str, here: npt.NDArray[np.int64], anew: npt.NDArray[np.int64]) -> Differences:
    """Compare two groupings of mentions; each is two lines, names in ascending order and the group of each."""
    both_here, both_anew = (np.isin(a, b, assume_unique=True) for a, b in ((here[0], anew[0]), (anew[0], here[0])))
    one, count = np.unique(here[1][both_here], return_inverse=True, return_counts=True)[1:]
    other, others = np.unique(anew[1][both_anew], return_inverse=True, return_counts=True)[1:]
    if not len(one):
        return Differences(kind, 0, here.shape[1], anew.shape[1], 0, 0)
    shared = np.unique(np.stack([one, other]), axis=1)
    parts = np.bincount(shared[0], minlength=len(count))
    whole = count[shared[0]] == others[shared[1]]
    same = np.zeros(len(count), dtype=bool)
    same[shared[0][whole]] = True
    return Differences(
        kind,
        mentions=len(one),
        only_here=int((~both_here).sum()),
        only_anew=int((~both_anew).sum()),
        entities=len(count),
        differing=int((~(same & (parts == 1))).sum()),
    )


def forget_stages(home: Home) -> None:
    """Make the next run do every step again, from the landing area: ids, models and judgements are kept."""
    remembered = (home.stage("said", "any").parent, home.made_of("any").parent)
    for folder in (home.done("any").parent, home.matched("any").parent, home.value_cache, *remembered):
        shutil.rmtree(folder, ignore_errors=True)
