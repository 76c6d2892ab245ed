"""What the judgements that bind ask of one run: pairs of its mentions that must be together or apart.

A mention that was judged and is in no current row still passes on what follows: of `a = b` and `b = c` a run without `b`
keeps `a = c`.

Belongs here: from stable identities to the mention ids of a run. Does not: enforcing it (the matching engine).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from warehouse.judgements.ledger import read
from warehouse.judgements.ledger_states import ends, identities, ledger_states, same_groups
from warehouse.model.home import Home
from warehouse.model.judgement import DIFFERENT, IDENTITY, IN_FORCE, SAME
from warehouse.model.session import connect

Ints = npt.NDArray[np.int64]

CONSTRAINT = pa.schema([("left_id", pa.int64()), ("right_id", pa.int64()), ("verdict", pa.string())])
"""Mention ids of this run, the smaller one left; `same` or `different`; each pair once."""

NOBODY = np.iinfo(np.int64).max


def constraints_of(home: Home, kind: str) -> pa.Table:
    """What a run asks of the mentions of one kind, under `CONSTRAINT`; reads ledger and `mention/<kind>` of the home."""
    ledger = read(home)
    if not ledger.num_rows:
        return CONSTRAINT.empty_table()
    judged = ledger_states(ledger)
    judged = judged.filter(pc.equal(judged["entity_kind"], kind))
    if not judged.num_rows:
        return CONSTRAINT.empty_table()
    return constraints(judged, places_of(judged, home.stage("mention", kind)))


def places_of(judgements: pa.Table, mentions: pa.Table | Path) -> pa.Table:
    """Where the judged mentions are in this run: identity columns and `mention_id`; absent ones are not listed.

    Args:
        judgements: of one kind; columns `left_*` and `right_*` of `LEDGER`.
        mentions: the mention table of that kind, or its Parquet file; only head columns are read.
    """
    sides = [
        pa.table({"entity_kind": judgements["entity_kind"], **{n: judgements[f"{side}_{n}"] for n in IDENTITY}})
        for side in ("left", "right")
    ]
    columns = ", ".join(f"m.{name}" for name in IDENTITY)
    with connect() as con:
        con.register("asked", pa.concat_tables(sides))
        if isinstance(mentions, Path):
            con.from_parquet(str(mentions)).create_view("mention")
        else:
            con.register("mention", mentions.select(["mention_id", *IDENTITY]))
        return con.sql(
            f"select a.entity_kind, {columns}, m.mention_id from mention m"
            f" join (select distinct * from asked) a using ({', '.join(IDENTITY)}) order by m.mention_id"
        ).to_arrow_table()


def constraints(judged: pa.Table, places: pa.Table) -> pa.Table:
    """The pairs a run must keep together or apart.

    Args:
        judged: judgements of one kind as `ledger_states` gives them.
        places: as `places_of` gives them.

    Returns:
        Under `CONSTRAINT`, ordered. What follows from judgements needs no pair of its own where an engine joins the same
        and keeps whole clusters apart; pairs are added only where a mention in between is absent.
    """
    judged = judged.filter(pc.equal(judged["judgement_state"], IN_FORCE))
    left, right = ends(judged)
    same = np.array(judged["verdict"].to_pylist(), dtype=object) == SAME
    group = same_groups(left, right, same)
    place = _places(judged, left, right, places)
    first = np.full(len(group), NOBODY)
    np.minimum.at(first, group, place)
    # An absent end is stood in for by the first present member of its group.
    stand_in = np.where(place == NOBODY, first[group], place) if len(group) else place
    here = np.flatnonzero(place != NOBODY)
    torn = here[np.isin(group[here], group[np.flatnonzero(place == NOBODY)])]  # groups that lack a member
    together = np.concatenate([np.stack([place[left[same]], place[right[same]]]), np.stack([first[group[torn]], place[torn]])], axis=1)  # fmt: skip
    apart = np.stack([stand_in[left[~same]], stand_in[right[~same]]])
    return pa.concat_tables([_pairs(apart, DIFFERENT), _pairs(together, SAME)]).sort_by(
        [("left_id", "ascending"), ("right_id", "ascending")]
    )


def _places(judged: pa.Table, left: Ints, right: Ints, places: pa.Table) -> Ints:
    """Mention id of every judged mention by its number; `NOBODY` where it is absent."""
    found = pa.concat_arrays([identities(judged, side) for side in ("left_", "right_")])
    row = pc.index_in(found, value_set=identities(places))
    ids = pc.fill_null(places["mention_id"].combine_chunks().take(row), NOBODY).to_numpy(zero_copy_only=False)
    out = np.full(int(max(left.max(initial=-1), right.max(initial=-1))) + 1, NOBODY)
    out[np.concatenate([left, right])] = ids
    return out


def _pairs(both: Ints, verdict: str) -> pa.Table:
    both = both[:, (both != NOBODY).all(axis=0) & (both[0] != both[1])]
    distinct = np.unique(np.sort(both, axis=0), axis=1)
    words = pa.array([verdict], pa.string()).take(pa.array(np.zeros(distinct.shape[1], dtype=np.int64)))
    return pa.table([pa.array(distinct[0]), pa.array(distinct[1]), words], schema=CONSTRAINT)
