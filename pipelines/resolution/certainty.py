"""How certain a golden value is that somebody contradicts: learned from who agrees with whom, without being told what is true.

Belongs here: the estimate. Does not: choosing values (`survivorship`), or what is done with a certainty (extracts, review).

The model is that of Dawid and Skene (Maximum likelihood estimation of observer error-rates using the EM algorithm, Applied
Statistics 1979) for values, as in truth discovery (Dong, Berti-Equille, Srivastava, VLDB 2009). A source is a platform in a
role with what it says at a certain age. It is right with a probability of its own, `reliability`. Two wrong sources say the same
wrong thing with a probability that is estimated per attribute too: an old phone number stands on many platforms. Both follow from
each other by expectation and maximisation:

1. what each value of a subject is worth, given how reliable those are who say so and those who say something else;
2. how reliable each source is, given what its values are worth; how often wrong ones agree, given the same.

Subjects with the same sources saying the same are one pattern, so that a large city costs little more than a small one.

What is estimated of the sources is a model as that of matching is, and held as long: a golden value is as certain tomorrow as today
unless somebody says something else of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.resolution.session import Session, Source, statement
from warehouse.model import Home
from warehouse.model.evidence import ATTRIBUTE, CERTAINTY, RELIABILITY
from warehouse.model.stretches import STRETCH, stretches

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

NONE_RIGHT = 0.02
"""Prior weight of the case that nobody says what is true, against one for each value that somebody says."""
PRIOR_CLAIMS = 5.0
"""Claims a source is taken to have made already, as reliable as all of its attribute: few claims prove little."""
MOST_RELIABLE, LEAST_RELIABLE = 0.995, 0.02
ROUNDS, SETTLED = 100, 1e-6
RELIABLE, AGREEING = 0.85, 0.3
"""How reliable a source is and how often wrong ones agree, before anything is known of them."""
UNKNOWN = 0.01
"""Share of claims by sources a model does not know beyond which it is estimated anew."""
SOURCE = ("attribute", "platform", "role", "age")
VALUES = 1 << 20
"""More than the values that are claimed of one attribute of one entity: a voice is one integer, its source and its value."""


@dataclass(frozen=True)
class SourceModel:
    """What is known of the sources of a kind.

    Attributes:
        reliability: (attribute, platform, role, age) → probability that what it says is right.
        agreeing: attribute → probability that two wrong sources say the same.
        day: when the newest claim was made: how old the others are is counted from then. None where no claim has a date.
    """

    reliability: Mapping[tuple[str, str, str, int], float]
    agreeing: Mapping[str, float]
    day: date | None = None

    def to_json(self) -> dict[str, Any]:
        """The model as JSON has it; `of_json` reads it."""
        lines = [[*source, worth] for source, worth in self.reliability.items()]
        day = self.day.isoformat() if self.day else None
        return {"reliability": lines, "agreeing": dict(self.agreeing), "day": day}

    @classmethod
    def of_json(cls, told: dict[str, Any]) -> SourceModel:
        """Read what `to_json` gave. Raises ValueError, KeyError or TypeError where it is something else."""
        reliability = {(str(a), str(p), str(r), int(age)): float(w) for a, p, r, age, w in told["reliability"]}
        day = date.fromisoformat(told["day"]) if told["day"] else None
        return cls(reliability, {str(a): float(w) for a, w in told["agreeing"].items()}, day)

    def applied(self, sources: list[tuple[str, str, str, int]]) -> Floats:
        """The reliability of each source; of one it does not know, the mean of its attribute."""
        known: dict[str, list[float]] = {}
        for (attribute, *_), worth in self.reliability.items():
            known.setdefault(attribute, []).append(worth)
        means = {attribute: float(np.mean(worth)) for attribute, worth in known.items()}
        return np.array([self.reliability.get(s, means.get(s[0], RELIABLE)) for s in sources], dtype=np.float64)


@dataclass(frozen=True)
class Estimate:
    """Certainties under `CERTAINTY`, reliabilities under `RELIABILITY`, and the model both follow from."""

    certainty: pa.Table
    reliability: pa.Table
    model: SourceModel


def certainty(
    kind: str, attributes: Source, model: SourceModel | None = None, *, threads: int | None = None
) -> Estimate:
    """Estimate how certain the contested golden values of a kind are.

    Args:
        kind: its name.
        attributes: claims, under `ATTRIBUTE`.
        model: what is known of the sources; estimated from the claims if not given, or if it does not know enough of those who speak.
        threads: of DuckDB; the outcome does not depend on it.
    """
    with Session(threads) as session:
        session.view("attribute", attributes, ATTRIBUTE)
        con = session.con
        (day,) = con.sql("select max(claimed_on) from attribute").fetchall()[0]
        con.register("model_day", pa.table({"day": pa.array([model.day if model and model.day else day], pa.date32())}))
        _hear(session, stretches(attributes, STRETCH) if isinstance(attributes, Path) else ["true"])
        sources = con.sql(_SOURCES).to_arrow_table()
        voices = con.sql(_VOICES, params={"values": VALUES}).to_arrow_table()
        patterns = con.sql(
            "select pattern_no, attribute_no, subjects from pattern order by pattern_no"
        ).to_arrow_table()
        heard = _Voices.of(voices, patterns, sources.num_rows)
        named = list(zip(*(sources[name].to_pylist() for name in SOURCE), strict=True))
        found = _apply(heard, named, model) if model else _maximise(heard, _ints(sources["attribute_no"]))
        if found is None:
            return certainty(kind, attributes, threads=threads)
        con.register("worth", pa.table({"pattern_no": patterns["pattern_no"], "certainty": np.round(found.golden, 4)}))
        told = con.sql(statement("certainty").replace("{kind}", kind)).to_arrow_table()
    reliability = pa.table(
        {
            "entity_kind": pa.repeat(kind, sources.num_rows),
            **{name: sources[name] for name in SOURCE},
            "reliability": np.round(found.reliability, 4),
            "claims": found.claims,
        }
    )
    compared = reliability.filter(pc.greater(reliability["claims"], 0))
    if model is None:
        in_order = dict.fromkeys(source[0] for source in named)
        model = SourceModel(
            dict(zip(named, found.reliability.tolist(), strict=True)),
            dict(zip(in_order, found.agreeing.tolist(), strict=True)),
            day,
        )
    return Estimate(CERTAINTY.conform(told), RELIABILITY.conform(compared), model)


def _hear(session: Session, parts: Sequence[str]) -> None:
    """Make `source`, `contested` and `pattern`, one stretch of entities after the other: the voices of all would not fit into memory."""
    con = session.con
    con.execute("create temp table disputed as select distinct attribute from attribute where comparison = 'differs'")
    con.execute(_HEARD)
    for part in parts:
        session.table("voice", "voice", part=part)
        session.table("subject", "subject")
        con.execute(_GATHER)
    con.execute(_PATTERNS, {"values": VALUES})


def write_certainty(home: Home, kind: str, model: SourceModel | None = None) -> tuple[dict[str, int], SourceModel]:
    """Write `certainty/<kind>` and `reliability/<kind>` from `attribute/<kind>`; return the rows of each and the model they follow from.

    Args:
        home: where the stages are.
        kind: its name.
        model: as `certainty` takes it.
    """
    found = certainty(kind, home.stage("attribute", kind), model)
    return {
        "rows": CERTAINTY.write(found.certainty, home.stage("certainty", kind)),
        "sources": RELIABILITY.write(found.reliability, home.stage("reliability", kind)),
    }, found.model


_HEARD = """
create temp table spoken (attribute varchar, platform varchar, role varchar, age tinyint);
create temp table contested (entity_id varchar, attribute varchar, said hugeint, platforms bigint, rivals bigint);
create temp table told (said hugeint, subjects bigint);
create temp table example (said hugeint, attribute varchar, platform varchar, role varchar, age tinyint, class integer)"""
_GATHER = """
insert into spoken select distinct attribute, platform, role, age from voice;
insert into contested
    select s.entity_id, s.attribute, any_value(s.said),
        count(distinct v.platform) filter (v.class = 0), count(distinct v.platform) filter (v.class > 0)
    from subject s join voice v using (entity_id, attribute)
    where s.is_contested
    group by s.entity_id, s.attribute;
insert into example
    select s.said, v.attribute, v.platform, v.role, v.age, v.class
    from voice v
    join (
        select said, any_value(attribute) as attribute, min(entity_id) as entity_id
        from subject anti join told using (said) group by said
    ) s using (entity_id, attribute);
insert into told select said, count(*) from subject group by said"""
"""`told`: how many subjects of a stretch have a pattern; `example`: the voices of one of them."""
_PATTERNS = """
create temp table source as
    select row_number() over (order by attribute, platform, role, age) - 1 as source_no,
        dense_rank() over (order by attribute) - 1 as attribute_no, *
    from (select distinct * from spoken);
create temp table pattern as
    with listed as (
        select e.said, any_value(s.attribute_no) as attribute_no, list(s.source_no * $values + e.class order by s.source_no) as voices
        from example e join source s using (attribute, platform, role, age)
        group by e.said
    ),
    counted as (select said, sum(subjects)::bigint as subjects from told group by said)
    select row_number() over (order by l.voices) - 1 as pattern_no, l.*, c.subjects
    from listed l join counted c using (said)"""
_SOURCES = "select attribute_no, attribute, platform, role, age from source order by source_no"
_VOICES = """
select pattern_no, s.voice // $values as source_no, s.voice % $values as class
from (select pattern_no, unnest(voices) as voice from pattern) s
order by pattern_no, source_no"""


@dataclass(frozen=True)
class _Voices:
    """Who says what in every pattern, a line per voice.

    Attributes:
        pattern, source: numbers of both.
        value: number of the value said; the golden one of a pattern comes first.
        pattern_of_value: pattern of every value.
        golden: the value of each pattern that is the golden one; -1 where nobody says it.
        weight: subjects of every pattern.
        attribute: attribute of every pattern.
        sources: how many there are.
    """

    pattern: Ints
    source: Ints
    value: Ints
    pattern_of_value: Ints
    golden: Ints
    weight: Floats
    attribute: Ints
    sources: int

    @classmethod
    def of(cls, voices: pa.Table, patterns: pa.Table, sources: int) -> _Voices:
        pattern, said = _ints(voices["pattern_no"]), _ints(voices["class"])
        pairs, value = np.unique(pattern * (said.max(initial=0) + 1) + said, return_inverse=True)
        of_value = pairs // (said.max(initial=0) + 1)
        golden = np.full(patterns.num_rows, -1)
        first = pairs % (said.max(initial=0) + 1) == 0
        golden[of_value[first]] = np.flatnonzero(first)
        return cls(
            pattern,
            _ints(voices["source_no"]),
            value,
            of_value,
            golden,
            _ints(patterns["subjects"]).astype(np.float64),
            _ints(patterns["attribute_no"]),
            sources,
        )


@dataclass(frozen=True)
class _Found:
    """`golden`: probability per pattern that its golden value is right; `reliability` and `claims` per source; `agreeing` per attribute."""

    golden: Floats
    reliability: Floats
    claims: Ints
    agreeing: Floats


def _apply(voices: _Voices, sources: list[tuple[str, str, str, int]], model: SourceModel) -> _Found | None:
    """What follows from a model; None where it knows too little of those who speak."""
    heard = np.bincount(voices.source, voices.weight[voices.pattern], voices.sources)
    unknown = np.array([source not in model.reliability for source in sources], dtype=bool)
    if heard[unknown].sum() > UNKNOWN * heard.sum():
        return None
    reliability = model.applied(sources)
    agreeing = np.array([model.agreeing.get(a, AGREEING) for a in dict.fromkeys(source[0] for source in sources)])
    golden = _golden_worth(voices, _worth(voices, reliability, agreeing))
    return _Found(golden, reliability, np.rint(heard).astype(np.int64), agreeing)


def _maximise(voices: _Voices, attribute_of_source: Ints) -> _Found:
    """Expectation and maximisation in turn, until no reliability changes."""
    attributes = int(attribute_of_source.max(initial=-1)) + 1
    weight = voices.weight[voices.pattern]
    heard = np.bincount(voices.source, weight, voices.sources)
    reliability = np.full(voices.sources, RELIABLE)
    agreeing = np.full(attributes, AGREEING)
    worth = _worth(voices, reliability, agreeing)
    for _ in range(ROUNDS):
        before, right = reliability, worth[voices.value]
        correct = np.bincount(voices.source, weight * right, voices.sources)
        mean = _ratio(
            np.bincount(attribute_of_source, correct, attributes), np.bincount(attribute_of_source, heard, attributes)
        )
        reliability = (correct + PRIOR_CLAIMS * mean[attribute_of_source]) / (heard + PRIOR_CLAIMS)
        reliability = np.clip(reliability, LEAST_RELIABLE, MOST_RELIABLE)
        agreeing = _agreeing(voices, 1 - right, attributes)
        worth = _worth(voices, reliability, agreeing)
        if np.abs(reliability - before).max(initial=0) < SETTLED:
            break
    return _Found(_golden_worth(voices, worth), reliability, np.rint(heard).astype(np.int64), agreeing)


def _golden_worth(voices: _Voices, worth: Floats) -> Floats:
    """The probability of the golden value of every pattern; 0 where nobody says it."""
    return np.where(voices.golden >= 0, worth[voices.golden], 0.0) if len(worth) else np.zeros(0)


def _worth(voices: _Voices, reliability: Floats, agreeing: Floats) -> Floats:
    """The probability that each value is the right one of its pattern."""
    patterns = len(voices.weight)
    right = np.log(reliability[voices.source])
    wrong = np.log(1 - reliability[voices.source]) + np.log(agreeing[voices.attribute[voices.pattern]])
    all_wrong = np.bincount(voices.pattern, wrong, patterns)
    score = np.bincount(voices.value, right - wrong, len(voices.pattern_of_value)) + all_wrong[voices.pattern_of_value]
    nobody = all_wrong + np.log(NONE_RIGHT)
    top = nobody.copy()
    np.maximum.at(top, voices.pattern_of_value, score)
    share = np.exp(score - top[voices.pattern_of_value])
    total = np.bincount(voices.pattern_of_value, share, patterns) + np.exp(nobody - top)
    return np.asarray(share / total[voices.pattern_of_value])


def _agreeing(voices: _Voices, wrong: Floats, attributes: int) -> Floats:
    """How often two wrong sources say the same, per attribute."""
    patterns, values = len(voices.weight), len(voices.pattern_of_value)
    own = np.bincount(voices.pattern, wrong**2, patterns)
    pairs = np.bincount(voices.pattern, wrong, patterns) ** 2 - own
    same = np.bincount(voices.pattern_of_value, np.bincount(voices.value, wrong, values) ** 2, patterns) - own
    of = [np.bincount(voices.attribute, voices.weight * x, attributes) for x in (same, pairs)]
    return np.clip(_ratio(*of), 0.001, 0.9)


def _ratio(part: npt.NDArray[Any], whole: npt.NDArray[Any]) -> Floats:
    """Part of a whole; a half where there is none."""
    return np.divide(part, whole, out=np.full(len(part), 0.5), where=whole > 0)


def _ints(column: pa.ChunkedArray) -> Ints:
    return np.asarray(column.to_numpy()).astype(np.int64)
