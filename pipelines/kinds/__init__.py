"""What one kind needs beside its declaration: a file a kind with its `SPEC`, and a hook where it is really special.

Belongs here: specifications as tables, and the columns they compare where those are not columns of the mention table. Does not:
attributes, ties and masks (`warehouse/model/kinds/*.yaml`), or how matching works (`pipelines.matching`).

A module may hold `SPEC`, the specification, `INPUTS`, what matching reads of its mentions (`matching.inputs.kind_inputs`), and
`CLUES`, what is asked about beyond the specification (`kinds.clue`). A city's own kinds have theirs beside the declaration, `kinds/<kind>.py` in its folder.
"""

from __future__ import annotations

import dataclasses
import importlib
import importlib.util
from functools import cache
from types import ModuleType

from pipelines.kinds.clue import Clue
from pipelines.matching.engine.levels import Same
from pipelines.matching.engine.spec import Block, Comparison, MatchSpec
from pipelines.matching.inputs.kind_inputs import KindInputs, PlainInputs
from warehouse.model.data_model import KINDS, DataModel
from warehouse.model.kind_files import DataModelError

CERTAIN = 60.0
"""Weight (log2) of an equal key: above every threshold, however rare matches are; below that of a judgement."""


@cache
def specification(model: DataModel, kind: str) -> MatchSpec:
    """The specification of a kind: that of its module, or its key alone where it is identified by one.

    Raises:
        DataModelError: a kind that is matched has no module with a `SPEC`.
    """
    declared = model.kinds[kind]
    if not declared.matched:
        return _by_key(kind, declared.identified_by)
    spec = getattr(_module(model, kind), "SPEC", None)
    if isinstance(spec, MatchSpec) and declared.thresholds:
        return dataclasses.replace(spec, **declared.thresholds.model_dump(exclude_none=True))
    if not isinstance(spec, MatchSpec):
        raise DataModelError(
            [
                f"{kind}.yaml: matched: a kind that is matched needs kinds/{kind}.py with a SPEC; write it, or say matched: false with identified_by"
            ]
        )
    return spec


@cache
def inputs_of(model: DataModel, kind: str) -> KindInputs:
    """What matching reads of the mentions of a kind: what its module says, else the columns its specification names."""
    module = _module(model, kind)
    inputs: KindInputs | None = getattr(module, "INPUTS", None)
    return inputs or PlainInputs(specification(model, kind).columns)


def clues_of(model: DataModel, kind: str) -> tuple[Clue, ...]:
    """What a kind is asked about beyond its specification; nothing where its module names nothing."""
    return tuple(getattr(_module(model, kind), "CLUES", ()))


def _by_key(kind: str, columns: tuple[str, ...]) -> MatchSpec:
    """Equal keys name one entity, nothing else does."""
    return MatchSpec(
        kind=kind,
        blocks=(Block(*columns),),
        comparisons=tuple(
            Comparison(column, (Same(),), fixed={"same": CERTAIN, "different": -CERTAIN}) for column in columns
        ),
        accept=0.95,
        review=0.5,
    )


def _module(model: DataModel, kind: str) -> ModuleType | None:
    """The Python file of a kind: the city's where the city declares it, else the shipped one; None where there is none."""
    if model.folder and (file := model.folder / KINDS / f"{kind}.py").exists():
        spec = importlib.util.spec_from_file_location(f"onenet_city_kinds.{kind}", file)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module
    name = f"pipelines.kinds.{kind}"
    return importlib.import_module(name) if importlib.util.find_spec(name) else None
