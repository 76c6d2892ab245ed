"""The language of `warehouse/model/types/*.yaml`: what one file says about one type of attribute.

A type says how a value is read, stored, claimed, masked and checked, whichever kind it belongs to. A type is registered by
its file being there. Belongs here: the pydantic model of the file. Does not: which attributes a kind has (`kind`), or the
standardisers themselves (`pipelines.standardise`), which a type names by module and function.
"""

from __future__ import annotations

import string
from typing import Literal

import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field

Mask = Literal["none", "text", "code", "id", "phone", "full"]
"""How the plain release shows a value.

- `none`: as it is. `text`: long numbers inside it are masked. `code`: identity numbers inside it are masked.
- `id`, `phone`, `full`: a mask and a keyed token in place of the value.
"""

STORAGE: dict[str, pa.DataType] = {
    "text": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "date": pa.date32(),
    "instant": pa.timestamp("us"),
    "flag": pa.bool_(),
}
"""Names of storage types as the files write them."""

Storage = Literal["text", "integer", "number", "date", "instant", "flag"]
RAW = "raw"
"""The output that every type has: the cell as it is written."""


class Declaration(BaseModel):
    """Unknown keys are errors; instances don't change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Label(Declaration):
    """A title in both languages."""

    zh: str
    en: str


class Output(Declaration):
    """One column a standardiser yields.

    Attributes:
        source: its column in the table of the standardiser.
        suffix: what its column in the mention table is called: the name of the attribute and this.
        storage: how it is stored.
        zh: what follows the title of the attribute in the comment.
        en: the same in English.
        fill: what stands where the cell is empty; null where not given.
        best_first: values in the order in which they count where several cells are read; else the first cell that is filled.
        stored: whether an attribute stores it unless it says otherwise.
        personal: whether it identifies a person where the attribute does; a state, a form or a street alone does not.
        within_city: whether it is a name that another city may have too: where a home has several, matching reads it with the city.
    """

    source: str
    suffix: str = ""
    storage: Storage = "text"
    zh: str = ""
    en: str = ""
    fill: str | None = None
    best_first: tuple[str, ...] = ()
    stored: bool = True
    personal: bool = True
    within_city: bool = False


class Claim(Declaration):
    """How a mention claims a value, as SQL over the columns of the mention and what the hook of its kind adds.

    `{output}` stands for the column the attribute stores that output in. A claim that needs an output which the attribute
    does not store is left out; an expression that needs one falls back to its default.

    Attributes:
        value: standard value as text; null where the raw text yields none.
        raw: what the platform wrote; the value where no raw text is stored.
        key: what is equal for two claims that say the same; the value where not given.
        asserted: when a mention makes this claim; where raw text or value is there, if not given.
        valid: whether the value keeps the rules of its own; a null value never does.
        completeness: 0 is best; lower ones win before anything is weighed.
        partial: whether `key` is a pattern of LIKE that the keys of complete values may fit.
        can_conflict: whether the claim can contradict another department's; false where vocabularies differ.
        equivalence: what is equal for two values that do not contradict each other: a firm's name without its region.
        authority: attribute of the platform file that tells how far the platform is believed.
    """

    value: str | None = None
    raw: str | None = None
    key: str | None = None
    asserted: str | None = None
    valid: str | None = None
    completeness: str | None = None
    partial: str | None = None
    can_conflict: str | None = None
    equivalence: str | None = None
    authority: str | None = None

    def needs(self, expression: str | None) -> set[str]:
        """The outputs an expression names."""
        return {name for _, name, _, _ in string.Formatter().parse(expression or "") if name}


class GoldenColumn(Declaration):
    """How a golden column is read from the chosen value `{value}`; `suffix` and titles as in `Output`.

    `closed` are the only values it may hold, with their Chinese words.
    """

    sql: str = "{value}"
    suffix: str = ""
    storage: Storage = "text"
    zh: str = ""
    en: str = ""
    closed: dict[str, str] = Field(default_factory=dict)


class Check(Declaration):
    """An expectation on the golden column of every attribute of the type; `{column}` is its name, `{zh}` its title.

    `column` is the golden column that is checked where it is another one, such as `{column}_precision`.
    """

    name: str
    zh: str
    en: str
    column: str | None = None
    severity: Literal["critical", "warning"] = "critical"
    never: str | None = None
    allowed: tuple[str, ...] = ()


class AttributeType(Declaration):
    """One type of attribute.

    Attributes:
        type: its name, the name of its file.
        title: what it is, in both languages.
        standardiser: `module:function` that takes distinct texts and returns a table, a row each; none: the text itself.
        needs: what of the city the standardiser is made from: `gazetteer`, `grids`, `places`, `codes`; `report`
            where it sees several cells together, and the gazetteer; none where it
            sees the value alone.
        cached: whether its outcome is worth keeping from run to run.
        outputs: what it yields; the first is the value.
        claims: how a mention claims a value, the first decides age and agreement.
        golden: its golden columns.
        personal: whether it identifies a person.
        mask: how the plain release shows it.
        identifies: whether a filled cell of the type makes a role of a row a mention of somebody or something:
            `subject`: only for what the row is about.
        grantable: whether a department can be entitled to read its golden value back.
        compared: whether matching may compare it as it is.
        checks: what holds of its golden values.
    """

    type: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: Label
    standardiser: str | None = None
    needs: Literal["gazetteer", "grids", "places", "codes", "report"] | None = None
    cached: bool = False
    outputs: dict[str, Output] = Field(min_length=1)
    claims: tuple[Claim, ...] = (Claim(),)
    golden: tuple[GoldenColumn, ...] = (GoldenColumn(),)
    personal: bool = False
    mask: Mask = "text"
    identifies: Literal["yes", "no", "subject"] = "yes"
    grantable: bool = True
    checks: tuple[Check, ...] = ()

    @property
    def value(self) -> str:
        """The output that is the value."""
        return next(iter(self.outputs))
