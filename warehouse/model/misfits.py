"""What does not fit between the declarations of kinds, each mistake with its file, key, what is allowed, and a remedy.

Belongs here: rules over several files, and names of what follows from a declaration. Does not: the rules inside one file
(`kind`), or reading files (`kind_files`).
"""

from __future__ import annotations

import graphlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from warehouse.model.attribute_type import RAW
from warehouse.model.kind import Beside, Kind
from warehouse.model.mention import MENTION_HEAD

if TYPE_CHECKING:
    from warehouse.model.data_model import DataModel

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32, which ids are written in."""


def misfits(model: DataModel) -> Iterator[str]:
    """What does not fit between declarations: unknown types and kinds, letters used twice, circles of ties."""
    prefixes: dict[str, str] = {}
    for name, kind in sorted(model.declared.items()):
        file = f"{name}.yaml"
        if kind.prefix in prefixes:
            free = "".join(sorted(set(LETTERS) - {k.prefix for k in model.declared.values()}))
            yield f"{file}: prefix: {kind.prefix!r} is that of {prefixes[kind.prefix]}; allowed: one of {free}; choose another letter"
        prefixes[kind.prefix] = name
        yield from _unknown_types(model, kind, file)
        for attribute, column, beside in _beside(kind):
            if beside.refers and beside.refers not in model.declared:
                yield f"{file}: attributes.{attribute}.beside.{column}.refers: {beside.refers!r} is no kind; allowed: {', '.join(sorted(model.declared))}; name one of them or declare it"
        for key, ties in (("ties", kind.ties), ("tied_by", kind.tied_by)):
            for other in ties:
                if other not in model.declared:
                    yield f"{file}: {key}.{other}: no such kind; allowed: {', '.join(sorted(model.declared))}; name one of them or declare it"
    try:
        _ = model.order, model.golden_order
    except graphlib.CycleError as error:
        yield f"{error.args[1][0]}.yaml: ties: kinds point to each other in a circle: {' → '.join(error.args[1])}; remove one tie"
    except KeyError:
        return


def _unknown_types(model: DataModel, kind: Kind, file: str) -> Iterator[str]:
    for name, attribute in kind.attributes.items():
        if attribute.type and attribute.type not in model.types:
            yield f"{file}: attributes.{name}.type: {attribute.type!r} is no type; allowed: {', '.join(sorted(model.types))}; name one of them"
            continue
        if attribute.type:
            outputs = {RAW, *model.types[attribute.type].outputs}
            for output in sorted(set(attribute.columns) - outputs):
                yield f"{file}: attributes.{name}.columns.{output}: no output of {attribute.type}; allowed: {', '.join(sorted(outputs))}; rename or remove it"


def _beside(kind: Kind) -> Iterator[tuple[str, str, Beside]]:
    for attribute, declared in kind.attributes.items():
        for column, beside in declared.beside.items():
            yield attribute, column, beside


def unknown_names(model: DataModel) -> Iterator[str]:
    """Names that are no column of the mentions and no attribute; asked only of declarations that fit each other."""
    head = {column.name for column in MENTION_HEAD}
    for name, kind in sorted(model.kinds.items()):
        for attribute in (a for a, declared in kind.attributes.items() if declared.type):
            for column in sorted(head & {*model.columns(name, attribute).values()}):
                yield f"{name}.yaml: attributes.{attribute}: {column!r} is a column that all mentions have; allowed: any name but {', '.join(sorted(head))}; call it otherwise, or its column under columns"
        columns = sorted(model.mention(name).names)
        for key, named in (
            ("identified_by", kind.identified_by),
            ("recognised_by", kind.recognised_by),
            ("names", kind.names),
        ):
            for column in sorted(set(named) - set(columns)):
                yield f"{name}.yaml: {key}: {column!r} is no column of its mentions; allowed: {', '.join(columns)}; name one of them"
        typed = sorted(attribute for attribute, declared in kind.attributes.items() if declared.type)
        for other, tie in kind.ties.items():
            for key, attributes in (
                ("through", tuple(tie.through)),
                ("inherits", (tie.inherits,) if tie.inherits else ()),
            ):
                for attribute in sorted(set(attributes) - set(typed)):
                    yield f"{name}.yaml: ties.{other}.{key}: {attribute!r} is no attribute with a type; allowed: {', '.join(typed)}; name one of them"
        yield from _unknown_in_relations(model, kind)
        yield from _unknown_in_attributes(model, kind)


def _unknown_in_relations(model: DataModel, kind: Kind) -> Iterator[str]:
    """Golden columns that say which relation holds, and relations an attribute stands for, that there are not."""
    for other, tie in kind.ties.items():
        place = f"{kind.kind}.yaml: ties.{other}"
        for name, relation in tie.relations.items():
            if relation.current is None:
                continue
            of = relation.current.of or kind.kind
            if of not in (kind.kind, other):
                yield f"{place}.relations.{name}.current.of: {of!r} is neither end of the tie; allowed: {kind.kind}, {other}; name one of them"
                continue
            far = kind.kind if of == other else other
            known = [c for a in model.kinds[of].attributes.values() for c, b in a.beside.items() if b.refers == far]
            if relation.current.column not in known:
                yield (
                    f"{place}.relations.{name}.current.column: {relation.current.column!r} is no golden column of {of} that refers to"
                    f" a {far}; allowed: {', '.join(known) or 'none'}; name one of them, or declare it under beside"
                )
        for attribute, through in tie.through.items():
            if through.relation and through.relation not in tie.relations:
                yield f"{place}.through.{attribute}.relation: {through.relation!r} is no relation of the tie; allowed: {', '.join(tie.relations)}; name one of them"


def _unknown_in_attributes(model: DataModel, kind: Kind) -> Iterator[str]:
    """Outputs and addresses that attributes rely on and that there are not."""
    typed = {name: declared.type for name, declared in kind.attributes.items() if declared.type}
    for name, declared in kind.attributes.items():
        if declared.fallback:
            other = declared.fallback.partition(".")[0]
            known = [f"{a}.{o}" for a, type_ in typed.items() for o in model.types[type_].outputs]
            if declared.fallback not in known or other == name:
                yield (
                    f"{kind.kind}.yaml: attributes.{name}.fallback: {declared.fallback!r} is no output of another attribute of"
                    f" the row; allowed: {', '.join(k for k in known if not k.startswith(f'{name}.'))}; name one of them"
                )
    placed_by = kind.placed_by
    if placed_by and model.type_of(kind.kind, placed_by).needs != "gazetteer":
        allowed = [name for name in kind.attributes if model.type_of(kind.kind, name).needs == "gazetteer"]
        yield f"{kind.kind}.yaml: placed_by: {placed_by!r} is no address; allowed: {', '.join(allowed) or 'none'}; name one of them or leave it out"
