"""The model: what each comparison level is worth, as a readable, versioned artefact.

Belongs here: the artefact, its JSON form, weights per cell and per joint level. Does not: learning it (`train`) or
applying it to pairs (`score`).
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np

from warehouse.model.durable import write_whole

FORMAT = 1
"""Version of the JSON form."""


class ModelError(ValueError):
    """A model that does not fit its specification, or can't be read."""


@dataclass(frozen=True)
class LevelRates:
    """One level of one comparison.

    Attributes:
        level: name of the level.
        m: share of matches (with both values present) at this level.
        u: share of non-matches at this level.
        weight: log2 Bayes factor. With term frequency it is that of a value that every record has; agreement on a value of
            share f adds log2(1/f).
        term_frequency: whether the level weighs by the value's frequency.
    """

    level: str
    m: float
    u: float
    weight: float
    term_frequency: bool = False


@dataclass(frozen=True)
class JointWeight:
    """The correction that a combination of levels of dependent comparisons adds to the sum of their weights."""

    levels: tuple[str, ...]
    weight: float
    matches: float
    others: float


@dataclass(frozen=True)
class DependenceWeights:
    """A group of dependent comparisons, and the correction of every combination of levels seen."""

    comparisons: tuple[str, ...]
    joint: tuple[JointWeight, ...]


@dataclass(frozen=True)
class Relation:
    """Why two different entities may agree, see `relations`.

    Attributes:
        name: the rule or dependence it comes from.
        share: its share (0–1) of all non-matches.
        sharing: comparison → share (0–1) of its pairs that share the value beyond chance.
    """

    name: str
    share: float
    sharing: dict[str, float]


@dataclass(frozen=True)
class Model:
    """A trained Fellegi–Sunter model.

    Attributes:
        kind: what it matches.
        fingerprint: of the specification it was trained under.
        matches_per_record: expected matches per distinct record; the prior follows from it and the number of records.
        comparisons: comparison → its levels.
        dependence: corrections for dependent comparisons.
        trained_on: sizes and convergence, for readers and drift checks.
        relations: what non-matches share; empty where an anchor says who is who.
        shift: bits that verdicts of people add to every weight, see `calibration`.
        factors: part of a weight (a comparison, or a correction) → what verdicts of people multiply it by; 1 where it is not here.
    """

    kind: str
    fingerprint: str
    matches_per_record: float
    comparisons: dict[str, tuple[LevelRates, ...]]
    dependence: tuple[DependenceWeights, ...]
    trained_on: dict[str, float]
    relations: tuple[Relation, ...] = ()
    shift: float = 0.0
    factors: dict[str, float] = field(default_factory=dict)

    @property
    def agreement(self) -> float:
        """Share (0–1) of what tells entities apart in which two records of one entity agree, by bits of evidence."""
        agreed = whole = 0.0
        for levels in self.comparisons.values():
            m, u = (np.array([getattr(r, rate) for r in levels]) for rate in ("m", "u"))
            alike = m[:-1] / max(float(m[:-1].sum()), 1e-300)
            bits = max(float((alike * np.log2(np.maximum(alike, 1e-300) / np.maximum(u[:-1], 1e-300))).sum()), 0.0)
            agreed, whole = agreed + bits * (1 - float(m[-1])), whole + bits
        return agreed / whole if whole else 1.0

    def prior_weight(self, records: int, pairs: float | None = None) -> float:
        """log2 odds that a random pair of `records` is a match; `pairs` where not all pairs count (two tables)."""
        possible = max(records * (records - 1) / 2 if pairs is None else pairs, 1.0)
        share = min(max(self.matches_per_record * records / possible, 1e-12), 0.5)
        return float(np.log2(share / (1 - share)))

    def to_json(self) -> str:
        """The artefact as text: the same for the same model."""
        return json.dumps({"format": FORMAT, **asdict(self)}, ensure_ascii=False, indent=1) + "\n"

    def save(self, path: Path) -> None:
        """Write the artefact."""
        write_whole(path, self.to_json().encode())

    @classmethod
    def from_json(cls, text: str) -> Model:
        """Read the artefact.

        Raises:
            ModelError: not such an artefact, or of another format version.
        """
        try:
            raw = json.loads(text)
            if raw.pop("format") != FORMAT:
                raise ModelError(f"model artefact: only format {FORMAT} can be read; train the model anew")
            return cls(
                kind=raw["kind"],
                fingerprint=raw["fingerprint"],
                matches_per_record=raw["matches_per_record"],
                comparisons={k: tuple(LevelRates(**x) for x in v) for k, v in raw["comparisons"].items()},
                dependence=tuple(
                    DependenceWeights(
                        tuple(d["comparisons"]),
                        tuple(
                            JointWeight(tuple(j["levels"]), j["weight"], j["matches"], j["others"]) for j in d["joint"]
                        ),
                    )
                    for d in raw["dependence"]
                ),
                trained_on=raw["trained_on"],
                relations=tuple(Relation(**r) for r in raw.get("relations", ())),
                shift=raw.get("shift", 0.0),
                factors=raw.get("factors", {}),
            )
        except (KeyError, TypeError, json.JSONDecodeError) as error:
            raise ModelError(f"model artefact: can't be read ({type(error).__name__}); train the model anew") from None

    @classmethod
    def load(cls, path: Path) -> Model:
        """Read the artefact from a file; see `from_json`."""
        return cls.from_json(path.read_text(encoding="utf-8"))


def digits(value: float) -> float:
    """Twelve significant digits, so that a model equals its file and the order of summation does not matter."""
    return float(f"{value:.12g}")
