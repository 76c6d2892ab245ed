"""The language of `connectors/platforms/*.yaml`: what one file says about one departmental platform.

Belongs here: the pydantic model of the file and the rules that hold inside one file. Does not: reading the files and
turning errors into remedies (`connectors.registry`), or reading deliveries (one module per format).
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, ValidationError, ValidationInfo, field_validator, model_validator
from pydantic_core import InitErrorDetails

from connectors.benefit_spec import Benefit
from connectors.process_spec import Process
from warehouse.model.data_model import DataModel, shipped
from warehouse.model.strict import Strict


class Label(Strict):
    """A title in both languages."""

    zh: str = Field(description="in Chinese")
    en: str = Field(description="in English")


class Department(Label):
    """The owning department; `code` is pinyin and names the extract folder, behind its city where a home has several."""

    code: str = Field(
        pattern=r"^[a-z][a-z0-9_]*$",
        description="pinyin; names the extract folder, as `<city>.<code>` where the home has several cities",
    )


class Delimited(Strict):
    """Delimited text. `encoding` is any codec Python knows; a declared BOM is dropped."""

    kind: Literal["delimited"] = Field(description="delimited text")
    encoding: str = Field("utf-8-sig", description="any codec Python knows, such as gb18030")
    separator: str = Field(",", description="one character")
    quote: str | None = Field('"', description="one character that encloses a field; null where none does")
    header_row: int = Field(1, ge=1, description="1-based line of the column headings")


class Workbook(Strict):
    """xlsx or xls. Headings in `header_row` (1-based); where they are two-tier, `group_row` holds the upper tier."""

    kind: Literal["workbook"] = Field(description="xlsx or xls")
    header_row: int = Field(1, ge=1, description="1-based row of the column headings")
    group_row: int | None = Field(
        None, ge=1, description="row of merged group headings; used only to tell equal headings apart"
    )


class Ndjson(Strict):
    """One JSON object a line, UTF-8."""

    kind: Literal["ndjson"] = Field(description="one JSON object a line")


class Json(Strict):
    """One JSON document; `rows` is the dotted path to the array of rows."""

    kind: Literal["json"] = Field(description="one JSON document")
    rows: str = Field(description="dotted path to the array of rows; empty where the document is the array")


class Xml(Strict):
    """XML; each `row` element is a row, its child elements the columns. The prolog names the encoding."""

    kind: Literal["xml"] = Field(description="one XML document")
    row: str = Field(description="name of the element that is a row")


class GeoJson(Strict):
    """A FeatureCollection; properties are the columns, points add `lng` and `lat`."""

    kind: Literal["geojson"] = Field(description="a FeatureCollection")


class Sql(Strict):
    """A database: a delivered SQLite file, or a server by URL from the environment.

    `url_env` names the environment variable that holds a SQLAlchemy URL (postgresql, mysql, sqlite); when it is set the
    platform is pulled from there incrementally by each dataset's `changed_at` column, else SQLite files are read.
    """

    kind: Literal["sql"] = Field(description="a database, or a SQLite file")
    url_env: str | None = Field(None, description="environment variable that holds the URL of the database")


Sharing = Literal["unconditional", "conditional", "none"]
"""Sharing class (共享类型): to everybody, to who is entitled, to no other department (不予共享)."""

Format = Annotated[Delimited | Workbook | Ndjson | Json | Xml | GeoJson | Sql, Field(discriminator="kind")]


class Source(Strict):
    """How a role's attribute is read from the row: one column, or one part of a column that holds several values.

    Short form in YAML: just the column name.
    """

    column: str = Field(description="source column")
    split: str | None = Field(None, description="separator of a cell that holds several values")
    part: int = Field(1, ge=1, description="which value of such a cell, from 1")
    codes: str | None = Field(None, description="name of a table in connectors/code_tables.yaml")
    borrowed: bool = Field(
        False,
        description="it is somebody else's in the row, such as the manager's phone as the firm's: it contradicts nobody",
    )
    clock: Literal["utc", "city"] = Field(
        "utc", description="what seconds or milliseconds since 1970 count in: UTC, or the city's own clock"
    )

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: object) -> object:
        return {"column": value} if isinstance(value, str) else value


class AddressSource(Strict):
    """An address, whole in `text`, or with its parts in columns of their own (any of them may be absent).

    Short form in YAML: just the column name of the whole address.
    """

    text: str | None = Field(None, description="column of the whole address, or of what the other parts leave out")
    street: str | None = Field(None, description="column of the street or town")
    community: str | None = Field(None, description="column of the community or village")
    road: str | None = Field(None, description="column of the road")
    road_number: str | None = Field(None, description="column of the number on the road")
    estate: str | None = Field(None, description="column of the estate or natural village")
    building: str | None = Field(None, description="column of the building")
    unit: str | None = Field(None, description="column of the unit (stairwell)")
    room: str | None = Field(None, description="column of the room")

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: object) -> object:
        return {"text": value} if isinstance(value, str) else value

    @property
    def columns(self) -> dict[str, str]:
        """Part → source column, parts that are given only."""
        return {part: column for part, column in self.model_dump().items() if column}


class PointSource(Strict):
    """A place on the map: its longitude and latitude in columns of their own, in degrees."""

    lng: str = Field(description="column of the longitude, in degrees")
    lat: str = Field(description="column of the latitude, in degrees")
    system: Literal["wgs84", "gcj02", "unsure"] = Field(
        "wgs84", description="what the degrees count in; unsure: devices differ, WGS-84 or GCJ-02"
    )

    @property
    def columns(self) -> dict[str, str]:
        """Part → source column."""
        return {"lng": self.lng, "lat": self.lat}


AnySource = Source | AddressSource | PointSource
"""How an attribute is read from the row."""

_SOURCES: dict[str, type[AnySource]] = {"address": AddressSource, "point": PointSource}
"""Type of attribute → how it is read; a column for all others."""


class Lookup(Strict):
    """`column` of this row equals `key` of a row of `dataset` of the same platform, whose `role` is meant."""

    column: str = Field(description="column of this row")
    dataset: str = Field(description="dataset of the same platform")
    key: str = Field(description="column of that dataset that holds the same value")
    role: str = Field("subject", description="role of the row there that is meant")


class TieSource(Strict):
    """A role's tie to something of another kind: a role of the same row, a name, or a key into another dataset.

    With none of these it leads through what the role itself says: a person lives at the address of its row.
    """

    relation: tuple[str, ...] = Field(min_length=1, description="relations of the tie, as its kind declares them")
    role: str | None = Field(None, description="role of the same row")
    name: str | None = Field(None, description="column that holds the name of the other, such as an employer")
    lookup: Lookup | None = Field(None, description="key into another dataset")

    @model_validator(mode="after")
    def _at_most_one(self) -> TieSource:
        if sum(x is not None for x in (self.role, self.name, self.lookup)) > 1:
            raise ValueError("give at most one of role, name, lookup")
        return self


class When(Strict):
    """On which rows a role exists. Roles that read the same cells under conditions share the rows among them.

    `column` with `is` or `is_not`: by what a cell says. `party`: by whom the name and number of the role name, a person or
    an enterprise: by the form of the number, else of the name; it holds where that is the kind of the role.
    """

    column: str | None = Field(None, description="column that decides")
    is_: tuple[str, ...] = Field((), alias="is", description="values with which the role exists")
    is_not: tuple[str, ...] = Field((), description="values with which it does not")
    party: bool = Field(False, description="by whom name and number name: a person or an enterprise")

    @model_validator(mode="after")
    def _one_form(self) -> When:
        if self.party == (self.column is not None):
            raise ValueError("give either column with is or is_not, or party: true")
        if self.column and bool(self.is_) == bool(self.is_not):
            raise ValueError("give exactly one of is, is_not beside column")
        return self


def _source(kind: str, attribute: str, value: object, model: DataModel) -> AnySource:
    """Parse where an attribute comes from; a fault in it is placed under `attributes.<attribute>`."""
    name = model.cells(kind).get(attribute)
    type_ = model.type_of(kind, name).type if name else ""
    source = _SOURCES.get(type_, Source)
    try:
        return source.model_validate(value)
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


def _model(info: ValidationInfo) -> DataModel:
    """The kinds a description is read under: those of the context, else those that are shipped."""
    return (info.context or {}).get("data_model") or shipped()


class Role(Strict):
    """One mention a row can carry. It exists where any of its identifying cells is filled.

    In YAML a tie is a key with the name of the other kind: `housing: {relation: [owns], role: subject}`.
    """

    kind: str = Field(description="kind of what it names")
    attributes: dict[str, AnySource] = Field(description="what it says: cell of the kind → source")
    ties: dict[str, TieSource] = Field(
        default_factory=dict, description="other kind → tie; written under the kind's name"
    )
    when: When | None = Field(None, description="condition under which the role exists")
    authority: dict[str, int] = Field(default_factory=dict, description="attribute → 0–100; 50 where not given")
    sharing: dict[str, Sharing] = Field(
        default_factory=dict, description="attribute → its sharing class; that of the platform where not given"
    )

    @model_validator(mode="before")
    @classmethod
    def _as_declared(cls, value: object, info: ValidationInfo) -> object:
        model = _model(info)
        if not isinstance(value, dict):
            return value
        value = dict(value)
        kind = value.get("kind")
        if kind not in model.kinds:
            if "kind" in value:
                raise ValueError(f"kind: {kind!r} is no kind of this city; allowed: {', '.join(sorted(model.kinds))}")
            return value
        if ties := {other: value.pop(other) for other in model.kinds if isinstance(value.get(other), dict)}:
            value["ties"] = {**ties, **value.get("ties", {})}
        if isinstance(value.get("attributes"), dict):
            value["attributes"] = {n: _source(str(kind), n, s, model) for n, s in value["attributes"].items()}
        return value

    @model_validator(mode="after")
    def _known(self, info: ValidationInfo) -> Role:
        model = _model(info)
        allowed = set(model.cells(self.kind))
        named = (("attributes", self.attributes), ("authority", self.authority), ("sharing", self.sharing))
        for field, names in named:
            if unknown := sorted(set(names) - allowed):
                raise ValueError(f"{field}: {unknown} is nothing a {self.kind} asserts; allowed: {sorted(allowed)}")
        if bad := sorted(a for a, v in self.authority.items() if not 0 <= v <= 100):
            raise ValueError(f"authority: {bad} must lie between 0 and 100")
        declared = model.kinds[self.kind].ties
        for other, tie in self.ties.items():
            if other not in declared:
                raise ValueError(f"{other}: a {self.kind} has no tie to a {other}; allowed: {sorted(declared)}")
            if unknown := sorted(set(tie.relation) - set(declared[other].relations)):
                raise ValueError(f"{other}.relation: {unknown}; allowed: {sorted(declared[other].relations)}")
            if tie.name and not model.name_of_tie(self.kind, other):
                raise ValueError(
                    f"{other}.name: a {self.kind} holds no name of a {other}; give role or lookup, or declare an attribute"
                    f" with `tied_by: {other}` in the file of the kind"
                )
            if not (tie.role or tie.name or tie.lookup or declared[other].through):
                raise ValueError(
                    f"{other}: give one of role, name, lookup: nothing a {self.kind} says leads to a {other}"
                )
        return self

    @property
    def columns(self) -> set[str]:
        """Every source column this role reads."""
        found: set[str] = set()
        for source in self.attributes.values():
            found |= {source.column} if isinstance(source, Source) else set(source.columns.values())
        for tie in self.ties.values():
            found |= {column for column in (tie.name, tie.lookup and tie.lookup.column) if column}
        return found | ({self.when.column} if self.when and self.when.column else set())


class ColumnSpec(Strict):
    """One source column. Short form in YAML: just its English meaning.

    `mandatory`: a row whose cell is empty is rejected. `optional`: a file without the column is still read (otherwise a
    declared column that is gone rejects the delivery). `running_number`: it counts the rows of this file and is no part
    of what a row says, so that a row keeps its identity when one above it goes. `also`: headings it had before, the oldest
    first; a file that has one of them instead is read under the declared name, and rows keep the identity they had under
    the oldest.
    """

    en: str = Field(description="meaning in English")
    zh: str | None = Field(None, description="meaning in Chinese, where the heading is a code")
    mandatory: bool = Field(False, description="a row whose cell is empty is rejected")
    optional: bool = Field(False, description="a file without the column is still read")
    running_number: bool = Field(False, description="it counts the rows of the file and is no part of what a row says")
    also: tuple[str, ...] = Field((), description="headings it had before, the oldest first")

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: object) -> object:
        return {"en": value} if isinstance(value, str) else value


class GridTree(Strict):
    """Which columns of a grid reference hold the five-level tree."""

    city: str = Field(description="column of the city's name")
    street_code: str = Field(description="column of the code of the street or town")
    street: str = Field(description="column of its name")
    community_code: str = Field(description="column of the code of the community or village")
    community: str = Field(description="column of its name")
    grid_code: str = Field(description="column of the code of the grid")
    grid: str = Field(description="column of its name")
    former_code: str | None = Field(
        None,
        description="column of the code the grid had before, or of the codes of those it was made of, joined by 、",
    )
    changed_on: str | None = Field(None, description="column of the day from which the new code holds")

    @property
    def columns(self) -> dict[str, str]:
        """What it says → source column, only what is given."""
        return {name: column for name, column in self.model_dump().items() if column}


class Listed(Strict):
    """A column that lists several names in a cell. Short form in YAML: just the column name."""

    column: str = Field(description="source column")
    split: str = Field("、", description="what stands between two of them")

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: object) -> object:
        return {"column": value} if isinstance(value, str) else value


class DivisionArea(Strict):
    """An area of another division of the city than the base grids: what it covers, by lists, by a shape, or by both.

    With both lists it covers the estates of these communities; with neither a row is an area whose extent nobody says.
    """

    code: str = Field(description="column of its code")
    name: str | None = Field(None, description="column of its name")
    in_charge: str | None = Field(None, description="column of the staff number of who is in charge")
    communities: Listed | None = Field(None, description="communities or villages it covers")
    estates: Listed | None = Field(
        None, description="estates it covers; all of the communities where the cell is empty"
    )
    shape: str | None = Field(None, description="column of its shape as GeoJSON geometry, WGS-84")

    @property
    def columns(self) -> set[str]:
        """Source columns it reads."""
        listed = {part.column for part in (self.communities, self.estates) if part}
        return listed | {column for column in (self.code, self.name, self.in_charge, self.shape) if column}


class Duty(Strict):
    """Who a row says is responsible for a grid: a person it names, or a staff number."""

    role: str | None = Field(None, description="role of the row that has it, a person")
    number: str | None = Field(None, description="column of a staff number")
    column: str | None = Field(None, description="column of what the duty is")
    is_: str | None = Field(None, alias="is", description="what it is on every row")
    grid: str | None = Field(
        None, description="column of the grid, its code or its name; absent: the area of another division the row is"
    )
    since: str | None = Field(None, description="column of the first day")
    until: str | None = Field(None, description="column of the last day")

    @model_validator(mode="after")
    def _one_form(self) -> Duty:
        if not (self.role or self.number):
            raise ValueError("give role or number: who has the duty")
        if bool(self.column) == bool(self.is_):
            raise ValueError("give exactly one of column, is: what the duty is")
        return self

    @property
    def columns(self) -> set[str]:
        """Source columns it reads."""
        return {c for c in (self.number, self.column, self.grid, self.since, self.until) if c}


class Aliases(Strict):
    """Where an address reference keeps other names of an estate. Short form in YAML: just the column name."""

    column: str = Field(description="column of the other names")
    split: str | None = Field(None, description="separator of a cell that holds several aliases")

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: object) -> object:
        return {"column": value} if isinstance(value, str) else value


RESERVED = frozenset(["delivery_id", "file_name", "sheet_name", "row_number", "row_key", "repeat", "claimed_on"])
"""Names of columns that every landed table has of its own; a source column of that name can't be declared."""


class Dataset(Strict):
    """One table of rows inside a platform's deliveries: a sheet, a database table, or the file itself."""

    name: str = Field(
        pattern=r"^[^/\\\x00-\x1f\x7f.][^/\\\x00-\x1f\x7f]*$",
        max_length=60,
        description="its name in the landing area and the catalogue, where it is the name of a file",
    )
    title: Label = Field(description="what it is called")
    sheet: str | None = Field(None, description="sheet or database table; absent: the file has one table of rows")
    columns: dict[str, ColumnSpec] = Field(description="every column, by heading; of equal headings `group/heading`")
    key: tuple[str, ...] = Field((), description="columns that identify a row across deliveries; required for delta")
    changed_at: str | None = Field(
        None, description="column with the date of the claim; the incremental column of a database"
    )
    roles: dict[str, Role] = Field(default_factory=dict, description="what a row names, by a name of your choice")
    about: str | None = Field(
        None, description="role that a row is about; `subject` where there is one, else the first role"
    )
    reference: Literal["address", "grid"] | None = Field(
        None, description="this dataset is the city's reference for addresses or grids"
    )
    aliases: Aliases | None = Field(None, description="other names of the estate, in a reference for addresses")
    county: str | None = Field(
        None,
        description="column of the county-level division, in a reference for addresses: keeps other cities' homes apart",
    )
    grid_tree: GridTree | None = Field(None, description="the columns of the tree, in a reference for grids")
    area_code: str | None = Field(None, description="column of the platform's own code for the street or community")
    division: DivisionArea | None = Field(None, description="a row is an area of another division than the base grids")
    duties: tuple[Duty, ...] = Field((), description="who a row says is responsible for a grid")
    benefits: tuple[Benefit, ...] = Field((), description="benefits a row says somebody gets")
    process: Process | None = Field(None, description="how a row tells of the handling of a case")

    @model_validator(mode="after")
    def _consistent(self) -> Dataset:
        known = set(self.columns)
        asked = {"key": set(self.key), "changed_at": {self.changed_at} if self.changed_at else set()}
        asked |= {f"roles.{name}": role.columns for name, role in self.roles.items()}
        asked["division"] = self.division.columns if self.division else set()
        asked["area_code"] = {self.area_code} if self.area_code else set()
        asked["duties"] = {column for duty in self.duties for column in duty.columns}
        asked["benefits"] = {column for benefit in self.benefits for column in benefit.columns}
        asked["process"] = self.process.columns if self.process else set()
        asked["aliases"] = {self.aliases.column} if self.aliases else set()
        asked["county"] = {self.county} if self.county else set()
        asked["grid_tree"] = set(self.grid_tree.columns.values()) if self.grid_tree else set()
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
        if (self.aliases or self.county) and self.reference != "address":
            key = "aliases" if self.aliases else "county"
            raise ValueError(f"dataset {self.name}, {key}: only where reference is address")
        self._check_former_headings()
        self._check_duties()
        self._check_benefits()
        if self.about and self.about not in self.roles:
            raise ValueError(f"dataset {self.name}, about: {self.about!r} is no role; declared: {sorted(self.roles)}")
        for name, role in self.roles.items():
            for kind, tie in role.ties.items():
                if tie.role and (tie.role not in self.roles or self.roles[tie.role].kind != kind):
                    raise ValueError(
                        f"dataset {self.name}, roles.{name}: {tie.role!r} is no {kind} role of this dataset"
                    )
        return self

    def _check_duties(self) -> None:
        for duty in self.duties:
            if duty.role and (duty.role not in self.roles or self.roles[duty.role].kind != "person"):
                raise ValueError(f"dataset {self.name}, duties: {duty.role!r} is no person role of this dataset")
            if not duty.grid and not self.division:
                raise ValueError(f"dataset {self.name}, duties: give grid, or division where a row is an area itself")

    def _check_benefits(self) -> None:
        for benefit in self.benefits:
            role = benefit.role or self.subject
            if role not in self.roles or self.roles[role].kind != "person":
                raise ValueError(
                    f"dataset {self.name}, benefits: {role!r} is no person role of this dataset; name one under role"
                )

    def _check_former_headings(self) -> None:
        for name, column in self.columns.items():
            others = {heading for n, spec in self.columns.items() if n != name for heading in spec.also}
            twice = {heading for heading in column.also if column.also.count(heading) > 1}
            if bad := sorted(set(column.also) & (set(self.columns) | others) | twice):
                raise ValueError(
                    f"dataset {self.name}, columns.{name}.also: {bad} names a column already; a heading belongs to one column"
                )

    def identity(self, column: str) -> str:
        """The name a column has in the identity of rows: its oldest one, so that a new heading makes no new rows."""
        return self.columns[column].also[0] if self.columns[column].also else column

    @property
    def subject(self) -> str | None:
        """The role a row is about; None where it has no roles."""
        return self.about or ("subject" if "subject" in self.roles else next(iter(self.roles), None))


class Delivery(Strict):
    """How a delivery relates to the former one.

    snapshot: the newest date's file (set) of a scope replaces the former; rows gone are withdrawn. delta: a keyed row
    replaces the row of that key from earlier deliveries; rows that repeat a key inside one delivery are all kept.
    """

    semantics: Literal["snapshot", "delta"] = Field(description="whether a file replaces the former or adds to it")


class Volume(Strict):
    """Rows a delivery may plausibly have.

    Outside the bounds a file is warned of, and a snapshot is held until a person confirms it: declare bounds only where they
    are known. A snapshot with less than `min_share` of the rows of the one before it is held as well; 0 never holds.
    """

    min_rows: int = Field(1, ge=0, description="fewest rows of a file")
    max_rows: int | None = Field(None, ge=1, description="most rows of a file")
    min_share: float = Field(0.5, ge=0, le=1, description="share of the rows of the snapshot before; 0 never holds")


RESERVED_PLATFORMS = frozenset(
    ["delivery", "delivery_files", "rejected", "rejected_files", "kept", "newest", "turn", "code"]
)
"""What stands beside the platforms where their deliveries are checked (`quality.suites.landing_run`)."""


class Platform(Strict):
    """One departmental platform: everything the pipeline knows about it.

    `files` is the pattern of its file names, or several; `{date}` is the delivery date (yyyymmdd, yyyy-mm-dd, yyyymm,
    2026年11月8日), `{part}` the number of a file in a set that belongs together, `{scope}` what part of the platform the file
    covers (a street), everything else is literal.
    """

    platform: str = Field(
        pattern=r"^[a-z][a-z0-9_]*$", max_length=60, description="name of its file, and of its folder in the inbox"
    )
    title: Label = Field(description="what it is called")
    department: Department = Field(description="the department it belongs to")
    city: str | None = Field(
        None, description="its city, a code of `cities` in the settings; absent where the home has one city alone"
    )
    cadence: Literal["realtime", "daily", "weekly", "monthly", "quarterly", "yearly"] = Field(
        description="how often it delivers"
    )
    sharing: Sharing = Field(
        description="sharing class (共享类型); of `none` (不予共享) nothing reaches another department's extract"
    )
    files: str | Annotated[tuple[str, ...], Field(min_length=1)] = Field(
        description="pattern of its file names, or several, with {date}, {part}, {scope}"
    )
    format: Format = Field(description="how its files are read")
    delivery: Delivery = Field(description="how a delivery relates to the former one")
    grid_staff: bool = Field(False, description="its rows are collected or reported by the staff of the grids")
    volume: Volume = Field(
        default_factory=lambda: Volume(min_rows=1, max_rows=None, min_share=0.5), description="rows that are plausible"
    )
    datasets: tuple[Dataset, ...] = Field(min_length=1, description="the tables of rows in its files")
    entitlements: dict[str, tuple[str, ...]] = Field(
        default_factory=dict, description="golden attributes its department may read back; default none"
    )
    care_tags: tuple[str, ...] = Field(
        (), description="care tags (`care_tags.yaml`) of the persons its rows name that its department may read back"
    )

    @field_validator("platform")
    @classmethod
    def _not_reserved(cls, value: str) -> str:
        if value in RESERVED_PLATFORMS or "__" in value:
            raise ValueError(
                f"{value!r} is a name of our own; choose another, without two underscores in a row; not allowed: "
                f"{', '.join(sorted(RESERVED_PLATFORMS))}"
            )
        return value

    @model_validator(mode="after")
    def _consistent(self, info: ValidationInfo) -> Platform:
        names = [d.name for d in self.datasets]
        if len(set(names)) < len(names):
            raise ValueError(f"datasets: names repeat: {names}")
        if len(self.datasets) > 1 and not all(d.sheet for d in self.datasets):
            raise ValueError("datasets: where there are several, each names its sheet or table under 'sheet'")
        if self.delivery.semantics == "delta" and (bare := [d.name for d in self.datasets if not d.key]):
            raise ValueError(f"datasets {bare}: delivery.semantics delta needs a key")
        model = _model(info)
        if unknown_kinds := sorted(set(self.entitlements) - set(model.kinds)):
            raise ValueError(f"entitlements: {unknown_kinds} is no kind of this city; allowed: {sorted(model.kinds)}")
        for kind, attributes in self.entitlements.items():
            allowed = model.grantable(kind)
            if unknown := sorted(set(attributes) - allowed):
                raise ValueError(f"entitlements.{kind}: {unknown}; allowed: {sorted(allowed)}")
        for dataset in self.datasets:
            lookups = [(n, k, t.lookup) for n, r in dataset.roles.items() for k, t in r.ties.items() if t.lookup]
            for name, kind, lookup in lookups:
                if not any(
                    d.name == lookup.dataset and lookup.key in d.columns and lookup.role in d.roles
                    for d in self.datasets
                ):
                    raise ValueError(
                        f"dataset {dataset.name}, roles.{name}.{kind}.lookup: no dataset {lookup.dataset!r} with column {lookup.key!r} and role {lookup.role!r}"
                    )
        return self

    @property
    def rows_above(self) -> int:
        """Rows of a file, or of each sheet, above its first data row: a data row's number and these make the row that the
        department sees in its spreadsheet or editor. 0 where a format has no headings of its own."""
        return self.format.header_row if isinstance(self.format, Delimited | Workbook) else 0

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
