"""Which matching model a run uses: the held one, until there is a reason to train anew, and the reason is always told.

Belongs here: when a model is still good, keeping it. Does not: training it or going on from it (`links`).

A model is trained where there is none, where matching itself has changed, where somebody asks (`onenet run --retrain`), a
month after it was trained (by the dates of deliveries, never by the clock), and where what is linked no longer looks as it
did then. In between it is held, so that a pair weighs tomorrow what it weighs today.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

import duckdb
import pyarrow.compute as pc

from connectors.holding import all_delivery_states
from pipelines.markers import code_fingerprint, digest
from pipelines.matching.engine.drift import level_shares, moved_levels
from pipelines.matching.engine.model import Model, ModelError
from pipelines.matching.engine.population import Population
from pipelines.matching.engine.spec import MatchSpec
from pipelines.matching.store.state import State
from pipelines.resolution.certainty import SourceModel
from pipelines.settings import Settings, whole_number
from warehouse.model import Home
from warehouse.model.durable import write_whole

DAYS_VARIABLE = "ONENET_MODEL_DAYS"
DAYS = 31
"""Days of deliveries a model is held for, unless ONENET_MODEL_DAYS says otherwise."""


@dataclass(frozen=True)
class Held:
    """A model with the population it was trained on."""

    model: Model
    population: Population

    @cached_property
    def stamp(self) -> str:
        """Changes with the model, the code and DuckDB's hashes: what was found under another stamp can't be gone on from."""
        return digest((code_fingerprint(), duckdb.__version__, self.population.notes["model"]))


def days(default: int = DAYS) -> int:
    """For how many days of deliveries a model is held: what ONENET_MODEL_DAYS says, else `default`.

    Raises:
        ConfigurationError: ONENET_MODEL_DAYS is no whole number from 0 on.
    """
    return whole_number(DAYS_VARIABLE, default, 0, "模型沿用的天数", "days")


def asked(home: Home) -> int:
    """How often people have asked for new models."""
    try:
        return int(home.retrain.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return 0


def ask_for_new_models(home: Home) -> None:
    """Make the next run train all models anew."""
    write_whole(home.retrain, str(asked(home) + 1).encode())


def held_model(home: Home, spec: MatchSpec, newest: date, most_days: int = DAYS) -> tuple[Held | None, str]:
    """The model to use, or none and why there must be a new one, in words for people; `newest`: see `newest_delivery`; `most_days`: how old a model may be."""
    if not home.model(spec.kind).exists() or not home.population(spec.kind).exists():
        return None, "首次训练 · first model"
    try:
        held = Held(Model.load(home.model(spec.kind)), Population.load(home.population(spec.kind)))
    except ModelError:
        return None, "模型文件不可读 · the model could not be read"
    notes = held.population.notes
    if held.model.fingerprint != spec.fingerprint or notes.get("model") != _sha(home.model(spec.kind).read_bytes()):
        return None, "匹配规则已更新 · the specification has changed"
    if notes["asked"] != asked(home):
        return None, "应要求重新训练 · asked for"
    age = (newest - date.fromisoformat(notes["delivered_on"])).days
    if age > most_days:
        return None, f"模型已用{age}天 · {age} days old"
    return held, f"沿用 {notes['delivered_on']} 的模型 · held since {notes['delivered_on']}"


def keep_model(home: Home, spec: MatchSpec, model: Model, population: Population, state: State, newest: date) -> Held:
    """Keep a freshly trained model and its population, each whole: a population that does not fit its model is no model."""
    notes = {
        "model": _sha(model.to_json().encode()),
        "asked": asked(home),
        "delivered_on": newest.isoformat(),
        "linked": level_shares(spec, state.patterns, state.pattern_counts),
    }
    held = Held(model, replace(population, notes=notes))
    held.population.save(home.population(model.kind))
    model.save(home.model(model.kind))
    return held


def held_sources(home: Home, kind: str, newest: date, most_days: int = DAYS) -> SourceModel | None:
    """What is known of the sources of a kind, while it is as good as a matching model of its age would be; else None.

    Args:
        home: whose models.
        kind: its name.
        newest: see `newest_delivery`.
        most_days: how old it may be.
    """
    try:
        told = json.loads(home.sources(kind).read_text(encoding="utf-8"))
        age = (newest - date.fromisoformat(told["delivered_on"])).days
        same = told["code"] == code_fingerprint() and told["asked"] == asked(home)
        return SourceModel.of_json(told["model"]) if same and age <= most_days else None
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


def keep_sources(home: Home, kind: str, model: SourceModel, newest: date) -> None:
    """Keep what was estimated of the sources of a kind."""
    told = {
        "delivered_on": newest.isoformat(),
        "asked": asked(home),
        "code": code_fingerprint(),
        "model": model.to_json(),
    }
    write_whole(home.sources(kind), json.dumps(told, ensure_ascii=False).encode())


def drift_of(held: Held, spec: MatchSpec, state: State) -> list[str]:
    """How what is linked now differs from what was linked when the model was trained; empty while it does not."""
    return moved_levels(held.population.notes["linked"], level_shares(spec, state.patterns, state.pattern_counts))


def newest_delivery(settings: Settings) -> date:
    """The newest date of a delivery that stands; the first of all days where none gives one."""
    states = all_delivery_states(settings.platforms, settings.home)
    landed = states.filter(pc.equal(states["state"], "landed"))
    return pc.max(landed["delivered_on"]).as_py() or date.min


def _sha(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()[:16]
