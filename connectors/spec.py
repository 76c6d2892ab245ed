"""The language of `connectors/platforms/*.yaml`: what one file says about one departmental platform.

Belongs here: the pydantic model of the file and the rules that hold inside one file. Does not: reading the files and
turning errors into remedies (`connectors.registry`), or reading deliveries (one module per format).
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import InitErrorDetails

Kind = Literal["person", "housing", "enterprise", "event", "component", "organisation"]
HousingRelation = Literal["resides", "registered", "owns", "rents", "lets", "operates"]
EnterpriseRelation = Literal["legal_rep", "manager", "employee"]

ATTRIBUTES: dict[str, frozenset[str]] = {
    "person": frozenset(
        [
            "name",
            "former_name",
            "id_number",
            "sex",
            "birth_date",
            "ethnicity",
            "phone",
            "education",
            "marital_status",
            "household_number",
            "household_relation",
            "deregistered",
            "address",
            "grid",
        ]
    ),
    "housing": frozenset(
        ["address", "unit_number", "address_code", "source_code", "area", "usage", "resident_count", "grid"]
    ),
    "enterprise": frozenset(
        [
            "name",
            "former_name",
            "code",
            "registration_number",
            "organisation_code",
            "legal_rep_name",
            "legal_rep_id_number",
            "phone",
            "enterprise_type",
            "status",
            "established_on",
            "capital",
            "staff_count",
            "business_scope",
            "address",
            "operating_address",
            "grid",
        ]
    ),
    "event": frozenset(["source_code", "category", "content", "address", "occurred_at", "closed_at", "status", "grid"]),
    "component": frozenset(["source_code", "name", "status", "grid"]),
    "organisation": frozenset(["name", "phone", "staff_count", "grid"]),
}
"""What a role of each kind may assert. A role's `attributes` map these names to source columns.

An enterprise's `code` holds any of credit code, registration number and organisation code (the standardiser tells them
apart); `registration_number` and `organisation_code` are for platforms that give those in columns of their own besides.
"""

ENTITLEMENTS: dict[str, frozenset[str]] = {
    "person": frozenset(
        [
            "name",
            "former_name",
            "id_number",
            "sex",
            "birth_date",
            "ethnicity",
            "phone",
            "education",
            "marital_status",
            "deregistered",
            "residence",
            "registered_address",
        ]
    ),
    "housing": frozenset(["address", "unit_number", "area", "usage", "resident_count"]),
    "enterprise": frozenset(
        [
            "name",
            "former_name",
            "credit_code",
            "registration_number",
            "organisation_code",
            "enterprise_type",
            "status",
            "established_on",
            "capital",
            "staff_count",
            "business_scope",
            "legal_rep_name",
            "phone",
            "address",
        ]
    ),
}
"""Golden attributes a department can be entitled to read back, per kind. What is not granted is denied."""


class Strict(BaseModel):
    """Unknown keys are errors; instances don't change."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Label(Strict):
    """A title in both languages."""

    zh: str
    en: str


class Department(Label):
    """The owning department; `code` is pinyin and names the extract folder."""

    code: str = Field(pattern=r"^[a-z][a-z0-9_]*$")


class Delimited(Strict):
    """Delimited text. `encoding` is any codec Python knows; a declared BOM is dropped."""

    kind: Literal["delimited"]
    encoding: str = "utf-8-sig"
    separator: str = ","
    quote: str | None = '"'
    header_row: int = Field(1, ge=1, description="1-based line of the column headings")


class Workbook(Strict):
    """xlsx or xls. Headings in `header_row` (1-based); where they are two-tier, `group_row` holds the upper tier."""

    kind: Literal["workbook"]
    header_row: int = Field(1, ge=1)
    group_row: int | None = Field(
        None, ge=1, description="row of merged group headings; used only to tell equal headings apart"
    )


class Ndjson(Strict):
    """One JSON object a line, UTF-8."""

    kind: Literal["ndjson"]


class Json(Strict):
    """One JSON document; `rows` is the dotted path to the array of rows."""

    kind: Literal["json"]
    rows: str


class Xml(Strict):
    """XML; each `row` element is a row, its child elements the columns. The prolog names the encoding."""

    kind: Literal["xml"]
    row: str


class GeoJson(Strict):
    """A FeatureCollection; properties are the columns, points add `lng` and `lat`."""

    kind: Literal["geojson"]


class Sql(Strict):
    """A database: a delivered SQLite file, or a server by URL from the environment.

    `url_env` names the environment variable that holds a SQLAlchemy URL (postgresql, mysql, sqlite); when it is set the
    platform is pulled from there incrementally by each dataset's `changed_at` column, else SQLite files are read.
    """

    kind: Literal["sql"]
    url_env: str | None = None


Format = Annotated[Delimited | Workbook | Ndjson | Json | Xml | GeoJson | Sql, Field(discriminator="kind")]


class Source(Strict):
    """How a role's attribute is read from the row: one column, or one part of a column that holds several values.

    Short form in YAML: just the column name.
    """

    column: str
    split: str | None = Field(None, description="separator of a cell that holds several values")
    part: int = Field(1, ge=1, description="which value of such a cell, from 1")
    codes: str | None = Field(None, description="name of a table in connectors/code_tables.yaml")

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: object) -> object:
        return {"column": value} if isinstance(value, str) else value


class AddressSource(Strict):
    """An address, whole in `text`, or with its parts in columns of their own (any of them may be absent).

    Short form in YAML: just the column name of the whole address.
    """

    text: str | None = None
    street: str | None = None
    community: str | None = None
    road: str | None = None
    road_number: str | None = None
    estate: str | None = None
    building: str | None = None
    unit: str | None = None
    room: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: object) -> object:
        return {"text": value} if isinstance(value, str) else value

    @property
    def columns(self) -> dict[str, str]:
        """Part → source column, parts that are given only."""
        return {part: column for part, column in self.model_dump().items() if column}


class HousingTie(Strict):
    """The role's tie to a home: through the address it carries itself, or through another role of the same row."""

    relation: tuple[HousingRelation, ...] = Field(min_length=1)
    role: str | None = Field(None, description="housing role of the same row; absent: the role's own address")


class EnterpriseTie(Strict):
    """The role's tie to an enterprise: a role of the same row, an employer's name, or a key into another dataset."""

    relation: tuple[EnterpriseRelation, ...] = Field(min_length=1)
    role: str | None = Field(None, description="enterprise role of the same row")
    name: str | None = Field(None, description="column that holds the employer's name")
    lookup: Lookup | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> EnterpriseTie:
        if sum(x is not None for x in (self.role, self.name, self.lookup)) != 1:
            raise ValueError("give exactly one of role, name, lookup")
        return self


class Lookup(Strict):
    """`column` of this row equals `key` of a row of `dataset` of the same platform, whose `role` is meant."""

    column: str
    dataset: str
    key: str
    role: str = "subject"


def _source(attribute: str, value: object) -> Source | AddressSource:
    """Parse where an attribute comes from; a fault in it is placed under `attributes.<attribute>`."""
    model: type[Source | AddressSource] = AddressSource if attribute in ("address", "operating_address") else Source
    try:
        return model.model_validate(value)
    except ValidationError as error:
        faults = [
            InitErrorDetails(
                type=fault["type"],
                loc=("attributes", attribute, *fault["loc"]),
                input=fault["input"],
                ctx=fault.get("ctx", {}),
            )
            for fault in error.errors(include_url=False)
        ]
        raise ValidationError.from_exception_data("attributes", faults) from None


class Role(Strict):
    """One mention a row can carry. It exists where any of its identifying cells is filled."""

    kind: Kind
    attributes: dict[str, Source | AddressSource]
    housing: HousingTie | None = None
    enterprise: EnterpriseTie | None = None
    authority: dict[str, int] = Field(default_factory=dict, description="attribute → 0–100; 50 where not given")

    @model_validator(mode="before")
    @classmethod
    def _addresses(cls, value: object) -> object:
        if isinstance(value, dict) and isinstance(value.get("attributes"), dict):
            parsed = {name: _source(name, source) for name, source in value["attributes"].items()}
            return {**value, "attributes": parsed}
        return value

    @model_validator(mode="after")
    def _known_attributes(self) -> Role:
        allowed = ATTRIBUTES[self.kind]
        for field, names in (("attributes", self.attributes), ("authority", self.authority)):
            if unknown := sorted(set(names) - allowed):
                raise ValueError(f"{field}: {unknown} is nothing a {self.kind} asserts; allowed: {sorted(allowed)}")
        if bad := sorted(a for a, v in self.authority.items() if not 0 <= v <= 100):
            raise ValueError(f"authority: {bad} must lie between 0 and 100")
        return self

    @property
    def columns(self) -> set[str]:
        """Every source column this role reads."""
        found: set[str] = set()
        for source in self.attributes.values():
            found |= set(source.columns.values()) if isinstance(source, AddressSource) else {source.column}
        if self.enterprise:
            found |= {c for c in (self.enterprise.name, self.enterprise.lookup and self.enterprise.lookup.column) if c}
        return found


class ColumnSpec(Strict):
    """One source column. Short form in YAML: just its English meaning.

    `mandatory`: a row whose cell is empty is rejected. `optional`: a file without the column is still read (otherwise a
    declared column that is gone rejects the delivery). `running_number`: it counts the rows of this file and is no part
    of what a row says, so that a row keeps its identity when one above it goes.
    """

    en: str
    zh: str | None = None
    mandatory: bool = False
    optional: bool = False
    running_number: bool = False

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: object) -> object:
        return {"en": value} if isinstance(value, str) else value


class GridTree(Strict):
    """Which columns of a grid reference hold the five-level tree."""

    city: str
    street_code: str
    street: str
    community_code: str
    community: str
    grid_code: str
    grid: str


class Aliases(Strict):
    """Where an address reference keeps other names of an estate. Short form in YAML: just the column name."""

    column: str
    split: str | None = Field(None, description="separator of a cell that holds several aliases")

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: object) -> object:
        return {"column": value} if isinstance(value, str) else value


RESERVED = frozenset(["delivery_id", "file_name", "sheet_name", "row_number", "row_key", "repeat", "claimed_on"])
"""Names of columns that every landed table has of its own; a source column of that name can't be declared."""


class Dataset(Strict):
    """One table of rows inside a platform's deliveries: a sheet, a database table, or the file itself."""

    name: str
    title: Label
    sheet: str | None = Field(None, description="sheet or database table; absent: the file has one table of rows")
    columns: dict[str, ColumnSpec]
    key: tuple[str, ...] = Field((), description="columns that identify a row across deliveries; required for delta")
    changed_at: str | None = Field(
        None, description="column with the date of the claim; the incremental column of a database"
    )
    roles: dict[str, Role] = Field(default_factory=dict)
    reference: Literal["address", "grid"] | None = Field(
        None, description="this dataset is the city's reference for addresses or grids"
    )
    aliases: Aliases | None = Field(None, description="other names of the estate, in a reference for addresses")
    grid_tree: GridTree | None = Field(None, description="the columns of the tree, in a reference for grids")

    @model_validator(mode="after")
    def _consistent(self) -> Dataset:
        known = set(self.columns)
        asked = {"key": set(self.key), "changed_at": {self.changed_at} if self.changed_at else set()}
        asked |= {f"roles.{name}": role.columns for name, role in self.roles.items()}
        asked["aliases"] = {self.aliases.column} if self.aliases else set()
        asked["grid_tree"] = set(self.grid_tree.model_dump().values()) if self.grid_tree else set()
        for place, columns in asked.items():
            if unknown := sorted(columns - known):
                raise ValueError(
                    f"dataset {self.name}, {place}: {unknown} is not among columns; declared: {sorted(known)}"
                )
        taken: dict[str, str] = {name: name for name in RESERVED}
        for column in self.columns:
            if (other := taken.setdefault(column.casefold(), column)) != column or column.casefold() in RESERVED:
                raise ValueError(
                    f"dataset {self.name}, columns: {column!r} differs from {other!r}, which is another column or one of our"
                    " own, at most in case; declare one of them, rename it at its source or leave it out"
                )
        if (self.reference == "grid") != (self.grid_tree is not None):
            raise ValueError(f"dataset {self.name}, grid_tree: given exactly where reference is grid")
        if self.aliases and self.reference != "address":
            raise ValueError(f"dataset {self.name}, aliases: only where reference is address")
        for name, role in self.roles.items():
            for tie, kind in ((role.housing, "housing"), (role.enterprise, "enterprise")):
                if tie and tie.role and (tie.role not in self.roles or self.roles[tie.role].kind != kind):
                    raise ValueError(
                        f"dataset {self.name}, roles.{name}: {tie.role!r} is no {kind} role of this dataset"
                    )
        return self


class Delivery(Strict):
    """How a delivery relates to the former one.

    snapshot: the newest date's file (set) of a scope replaces the former; rows gone are withdrawn. delta: a keyed row
    replaces the row of that key from earlier deliveries; rows that repeat a key inside one delivery are all kept.
    """

    semantics: Literal["snapshot", "delta"]


class Volume(Strict):
    """Rows a delivery may plausibly have.

    Outside the bounds a file is warned of, and a snapshot is held until a person confirms it: declare bounds only where they
    are known. A snapshot with less than `min_share` of the rows of the one before it is held as well; 0 never holds.
    """

    min_rows: int = Field(1, ge=0)
    max_rows: int | None = Field(None, ge=1)
    min_share: float = Field(0.5, ge=0, le=1)


class Platform(Strict):
    """One departmental platform: everything the pipeline knows about it.

    `files` is the pattern of its file names, or several; `{date}` is the delivery date (yyyymmdd, yyyy-mm-dd, yyyymm,
    2026年11月8日), `{part}` the number of a file in a set that belongs together, `{scope}` what part of the platform the file
    covers (a street), everything else is literal.
    """

    platform: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: Label
    department: Department
    cadence: Literal["realtime", "daily", "weekly", "monthly", "quarterly", "yearly"]
    sharing: Literal["unconditional", "conditional", "none"]
    files: str | Annotated[tuple[str, ...], Field(min_length=1)]
    format: Format
    delivery: Delivery
    volume: Volume = Field(default_factory=lambda: Volume(min_rows=1, max_rows=None, min_share=0.5))
    datasets: tuple[Dataset, ...] = Field(min_length=1)
    entitlements: dict[Kind, tuple[str, ...]] = Field(
        default_factory=dict, description="golden attributes its department may read back; default none"
    )

    @model_validator(mode="after")
    def _consistent(self) -> Platform:
        names = [d.name for d in self.datasets]
        if len(set(names)) < len(names):
            raise ValueError(f"datasets: names repeat: {names}")
        if len(self.datasets) > 1 and not all(d.sheet for d in self.datasets):
            raise ValueError("datasets: where there are several, each names its sheet or table under 'sheet'")
        if self.delivery.semantics == "delta" and (bare := [d.name for d in self.datasets if not d.key]):
            raise ValueError(f"datasets {bare}: delivery.semantics delta needs a key")
        for kind, attributes in self.entitlements.items():
            allowed = ENTITLEMENTS.get(kind, frozenset())
            if unknown := sorted(set(attributes) - allowed):
                raise ValueError(f"entitlements.{kind}: {unknown}; allowed: {sorted(allowed)}")
        for dataset in self.datasets:
            for name, role in dataset.roles.items():
                lookup = role.enterprise.lookup if role.enterprise else None
                if lookup and not any(
                    d.name == lookup.dataset and lookup.key in d.columns and lookup.role in d.roles
                    for d in self.datasets
                ):
                    raise ValueError(
                        f"dataset {dataset.name}, roles.{name}.enterprise.lookup: no dataset {lookup.dataset!r} with column {lookup.key!r} and role {lookup.role!r}"
                    )
        return self

    @property
    def patterns(self) -> tuple[str, ...]:
        """The patterns of its file names."""
        return (self.files,) if isinstance(self.files, str) else self.files

    def dataset(self, name: str) -> Dataset:
        """The dataset of that name; KeyError if there is none."""
        for dataset in self.datasets:
            if dataset.name == name:
                return dataset
        raise KeyError(name)


EnterpriseTie.model_rebuild()
