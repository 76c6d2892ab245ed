"""What a run leaves for the next: every row and record with its keys, pairs and cluster, as plain arrays.

Belongs here: the arrays, how they follow from a full run, how they lie on disk. Does not: going on from them (`incremental`).

Rows and records are ordered by lasting name (`hashing.mention_names`), so that ties are broken alike whoever else is there.
A record is all rows that agree in every compared column; it is named after the first of them.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pipelines.matching.blocking import found_by
from pipelines.matching.clustering import components, smallest
from pipelines.matching.compare import Patterns
from pipelines.matching.encode import Codes, Encoded
from pipelines.matching.hashing import Hashes, mix, row_hashes
from pipelines.matching.result import MatchResult
from pipelines.matching.score import weight_of
from pipelines.matching.spec import MatchSpec
from warehouse.model.durable import sync, write_whole

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class State:
    """One kind after a run.

    Attributes:
        row_names: lasting name of every row, ascending.
        row_sources: hash of all a row was made from.
        row_contents: hash of all columns compared.
        of_row: int32, record of every row.
        first: first row of every record, ascending.
        contents: hash of what makes rows one record.
        keys: int32, a line per key column of the blocks, a column per record; hot keys as their complement.
        held: uint64, a line per column under a constraint (`distinct`, then `one_to_one`); 0 for null.
        own: pattern of every record with itself.
        component: int32, smallest record of the connected component, constraints aside.
        label: int32, smallest record of the cluster.
        left: int32, smaller record of every pair some block finds that is at least worth asking about; ordered.
        right: int32, larger record of these.
        pattern: int32, place of their patterns in `patterns`.
        patterns: those that some pair shows, ascending.
    """

    row_names: Ints
    row_sources: Hashes
    row_contents: Hashes
    of_row: Codes
    first: Ints
    contents: Hashes
    keys: Codes
    held: Hashes
    own: Patterns
    component: Codes
    label: Codes
    left: Codes
    right: Codes
    pattern: Codes
    patterns: Patterns

    def save(self, folder: Path, stamp: str) -> None:
        """Write the arrays under a folder of their own, then let `folder/current` name it; former ones go.

        Args:
            folder: of this kind.
            stamp: what must still be true for the arrays to be of use, see `load`.
        """
        number = 1 + max((int(p.name) for p in folder.glob("[0-9]*")), default=0)
        place = folder / f"{number:06d}"
        place.mkdir(parents=True)
        for each in fields(self):
            np.save(place / f"{each.name}.npy", getattr(self, each.name))
            sync(place / f"{each.name}.npy")
        write_whole(folder / "current", f"{place.name}\n{stamp}".encode())
        for other in folder.glob("[0-9]*"):
            if other.name != place.name:
                shutil.rmtree(other)

    @classmethod
    def load(cls, folder: Path, stamp: str) -> State | None:
        """What the last run left, mapped into memory; none where there was none, or another `stamp` held then."""
        try:
            number, found = (folder / "current").read_text(encoding="utf-8").split("\n", 1)
        except (FileNotFoundError, ValueError):
            return None
        if found != stamp:
            return None
        place = folder / number
        return cls(**{each.name: np.load(place / f"{each.name}.npy", mmap_mode="c") for each in fields(cls)})


def state_of(result: MatchResult, names: Ints, sources: Hashes, judged: Ints) -> State:
    """The state after a full run whose rows came in order of their names.

    Args:
        result: of `link(…, order=…)`.
        names: of every row, ascending.
        sources: see `State`.
        judged: ids of rows a person has judged.
    """
    working, spec = result.working, result.spec
    if working is None:
        raise ValueError("state_of wants the result of a full run")
    grouping, links = working.links.grouping, working.links
    contents = row_hashes(working.encoded, spec.columns)[grouping.of_row]
    everybody = np.arange(len(grouping.first), dtype=np.int32)
    left, right, pattern = links.left, links.right, links.pattern
    same = working.judged[1]
    if len(same[0]):
        said = np.isin(left << 32 | right, same[0] << 32 | same[1])
        blocked = found_by(spec, working.blocking.keys, left, right) > 0
        worthy = links.weights[pattern] >= weight_of(spec.review)
        keep = ~said | (blocked & worthy)
        left, right, pattern = left[keep], right[keep], pattern[keep]
    shown = np.bincount(pattern, minlength=len(links.patterns)) > 0
    accepted = links.accepted
    joined = (np.concatenate([links.left[accepted], same[0]]), np.concatenate([links.right[accepted], same[1]]))
    return State(
        row_names=names,
        row_sources=sources,
        row_contents=contents,
        of_row=grouping.of_row,
        first=grouping.first,
        contents=salted(spec, contents, names, np.isin(working.ids, judged))[grouping.first],
        keys=np.stack([column for block in working.blocking.keys for column in block]),
        held=held_values(spec, working.encoded),
        own=working.comparer.own_patterns(everybody),
        component=smallest(components(len(everybody), *joined)).astype(np.int32),
        label=working.clustering.labels.astype(np.int32),
        left=left.astype(np.int32),
        right=right.astype(np.int32),
        pattern=(np.cumsum(shown) - 1).astype(np.int32)[pattern],
        patterns=links.patterns[shown],
    )


def salted(spec: MatchSpec, contents: Hashes, names: Ints, judged: npt.NDArray[np.bool_]) -> Hashes:
    """Contents by which rows become records: judged rows, and rows of one source each, stay on their own."""
    alone = np.ones(len(names), dtype=bool) if spec.one_to_one else judged
    if not alone.any():
        return contents
    out = contents.copy()
    out[alone] = mix([contents[alone], names[alone].astype(np.uint64)])
    return out


def held_values(spec: MatchSpec, encoded: Encoded) -> Hashes:
    """Hashes of the columns under a constraint, a line each."""
    columns = (*spec.distinct, *spec.one_to_one)
    return np.stack([encoded.hashes(c) for c in columns]) if columns else np.zeros((0, encoded.size), dtype=np.uint64)
