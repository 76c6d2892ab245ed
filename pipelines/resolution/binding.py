"""Whether what a declaration says in SQL can be run at all, asked before anything runs.

Belongs here: the expressions of claims and tells, the columns beside values, and the files of hooks, each bound against empty tables.
Does not: what a declaration says in names alone (`warehouse.model.misfits`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib.resources import files

import duckdb

from pipelines.resolution.session import Session
from pipelines.resolution.survivorship import open_empty
from warehouse.model.attribute_type import RAW, Claim
from warehouse.model.data_model import DataModel
from warehouse.model.kind import Kind

TYPES = {"completeness": "tinyint"} | dict.fromkeys(("asserted", "valid", "partial", "can_conflict"), "boolean")
"""What the parts of a claim come to; text where not given."""

FOLDERS = {
    "claimant": "pipelines.resolution",
    "claimant_tables": "pipelines.resolution",
    "release": "warehouse.release",
}
"""Where the file of a hook lies: folder `sql` of the package."""


def unbound(model: DataModel, kinds: Iterable[str]) -> Iterator[str]:
    """Every mistake in the SQL of some kinds: file, key, what is wrong, what is allowed, remedy."""
    for kind in sorted(kinds):
        missing = list(_missing_hooks(model.kinds[kind]))
        yield from missing
        if not missing:
            with Session(threads=1) as session:
                yield from _unbound(session, model, kind)


def _missing_hooks(kind: Kind) -> Iterator[str]:
    hooks = kind.hooks
    named = [
        ("claimant", hooks.claimant),
        ("release", hooks.release),
        *(("claimant_tables", t) for t in hooks.claimant_tables),
    ]
    for key, name in named:
        folder = files(FOLDERS[key]) / "sql"
        if name and not (folder / f"{name.removesuffix('.sql')}.sql").is_file():
            known = sorted(f.name for f in folder.iterdir() if f.name.endswith(".sql"))
            yield f"{kind.kind}.yaml: hooks.{key}: {name!r} is no statement; allowed: {', '.join(known)}; name one of them or leave it out"


def _unbound(session: Session, model: DataModel, kind: str) -> Iterator[str]:
    try:
        open_empty(session, model, kind)
    except duckdb.Error as error:
        yield f"{kind}.yaml: hooks.claimant: does not fit the kind: {_first_line(error)}; name the columns it reads, or leave it out"
        return
    for key, text, table, type_ in _expressions(model, kind):
        try:
            value = f"coalesce(({text}), false)" if type_ == "boolean" else f"cast(({text}) as {type_})"
            bound = session.con.sql(f"select {value} from {table}").types
            if type_ == "boolean" and bound != ["BOOLEAN"]:
                raise duckdb.BinderException(f"it comes to {str(bound[0]).lower()}, not to true or false")
        except duckdb.Error as error:
            columns = ", ".join(session.con.table(table).columns)
            yield f"{kind}.yaml: {key}: {text!r} is no expression over the row: {_first_line(error)}; allowed: SQL over {columns}; correct it"


def _expressions(model: DataModel, kind: str) -> Iterator[tuple[str, str, str, str]]:
    """Key, text, the table it is about, and the type it comes to, of every expression of a declaration."""
    declared = model.kinds[kind]
    for number, text in enumerate(declared.tells):
        yield f"tells.{number}", text, "mention", "varchar"
    for name, attribute in declared.attributes.items():
        columns = dict(model.columns(kind, name)) | {"value": model.value_column(kind, name)}
        outputs = {RAW, "value", *model.type_of(kind, name).outputs}
        claims = {"claim": attribute.claim, **{f"claims.{n}": c for n, c in enumerate(attribute.claims)}}
        for key, claim in claims.items():
            for part, text in claim.model_dump(exclude_none=True, exclude={"authority"}).items():
                if Claim().needs(text) <= outputs & set(columns):  # one that needs what is not stored is left out
                    yield (
                        f"attributes.{name}.{key}.{part}",
                        text.format(**columns),
                        "claimant",
                        TYPES.get(part, "varchar"),
                    )
                elif unknown := Claim().needs(text) - outputs:
                    yield f"attributes.{name}.{key}.{part}", f"{{{min(unknown)}}}", "claimant", "varchar"
        for column, beside in attribute.beside.items():
            yield f"attributes.{name}.beside.{column}.column", f'"{beside.column}"', "claimant", "varchar"


def _first_line(error: duckdb.Error) -> str:
    return str(error).splitlines()[0]
