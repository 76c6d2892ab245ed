"""The standard columns of each kind of mention, from its raw columns.

Raw tables carry `raw.<attribute>` (as written), `label.<attribute>` (coded), `raw.address.<part>`, `tie.housing`,
`tie.enterprise` and the head of a mention. Belongs here: which standardiser makes which column. Does not: the standardisers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, reduce

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.standardise.address import Gazetteer, standardise_addresses
from pipelines.standardise.codes import plain_codes
from pipelines.standardise.dates import standardise_birth_dates, standardise_dates
from pipelines.standardise.distinct import Standardiser, over_distinct
from pipelines.standardise.enterprise import EnterpriseNames
from pipelines.standardise.glossary import Glossary
from pipelines.standardise.grids import GridTree
from pipelines.standardise.identifiers.enterprise_codes import standardise_enterprise_codes
from pipelines.standardise.identifiers.identity_column import standardise_identity_numbers
from pipelines.standardise.names import standardise_names
from pipelines.standardise.phones import standardise_phones
from pipelines.standardise.quantities import standardise_quantities
from pipelines.standardise.roles import ADDRESS_PARTS
from warehouse.model.mention import ADDRESS

Columns = dict[str, pa.Array | pa.ChunkedArray]
ADDRESS_COLUMNS = tuple(column.name for column in ADDRESS)


@dataclass(frozen=True)
class Context:
    """What standardising needs to know of the city, and what it knows already.

    The readers below are those that take their time over a value; the others are as fast as looking it up.
    """

    gazetteer: Gazetteer
    grids: GridTree
    parents: Mapping[str, pa.Table]
    glossary: Glossary = field(default_factory=Glossary)

    @cached_property
    def person_names(self) -> Standardiser:
        """Names of persons."""
        return self.glossary.reader("person_name", standardise_names)

    @cached_property
    def birth_dates(self) -> Standardiser:
        """Birth dates."""
        return self.glossary.reader("birth_date", standardise_birth_dates)

    @cached_property
    def enterprise_names(self) -> Standardiser:
        """The grammar of enterprise names, knowing the city's places."""
        places = self.grids.places
        return self.glossary.reader("enterprise_name", EnterpriseNames.of_places(places), repr(places))

    @cached_property
    def enterprise_codes(self) -> Standardiser:
        """Codes of enterprises."""
        return self.glossary.reader("enterprise_code", standardise_enterprise_codes)

    def addresses(self, parts: pa.Table) -> pa.Table:
        """`standardise_addresses` of `parts`, every distinct row of it once."""
        keys = row_keys(parts)

        def standardise(distinct: pa.StringArray) -> pa.Table:
            first = pc.index_in(distinct, value_set=keys)
            return standardise_addresses(parts.take(first), self.gazetteer)

        return over_distinct(keys, self.glossary.reader("address", standardise, self.gazetteer.fingerprint))


def row_keys(table: pa.Table) -> pa.ChunkedArray:
    """One text per row of nullable strings: the same for equal rows only, whatever the cells hold."""
    cells = [table.column(name) for name in table.column_names]
    lengths = pc.binary_join_element_wise(
        *(pc.binary_length(c).cast(pa.string()) for c in cells), ",", null_handling="replace", null_replacement="-"
    )
    return pc.binary_join_element_wise(lengths, *cells, "|", null_handling="replace", null_replacement="")


def _cells(raw: pa.Table, name: str) -> pa.ChunkedArray:
    if name in raw.column_names:
        return raw.column(name).cast(pa.string())
    return pa.chunked_array([pa.nulls(raw.num_rows, pa.string())])


def _head(raw: pa.Table) -> Columns:
    return {name: raw.column(name) for name in raw.column_names if "." not in name}


def _address(raw: pa.Table, context: Context, attribute: str = "address") -> Columns:
    """The address columns of `attribute`, with the grid the row declares before the one the address lies in."""
    grid_raw = _cells(raw, "raw.grid")
    declared = over_distinct(grid_raw, context.grids).column("grid_code")
    parts = {part: _cells(raw, f"raw.{attribute}.{part}") for part in ADDRESS_PARTS}
    found = context.addresses(pa.table(parts | {"grid_code": declared}))
    columns: Columns = {name: found.column(name) for name in found.column_names}
    return columns | {
        "address_raw": _cells(raw, f"raw.{attribute}"),
        "grid_raw": grid_raw,
        "grid_code": pc.coalesce(declared, found.column("grid_code").cast(pa.string())),
    }


def _person_names(raw: pa.Table, context: Context) -> Columns:
    names = over_distinct(_cells(raw, "raw.name"), context.person_names)
    former = over_distinct(_cells(raw, "raw.former_name"), context.person_names)
    columns: Columns = {name: names.column(name) for name in names.column_names if name != "title_sex"}
    return columns | {
        "name_raw": _cells(raw, "raw.name"),
        "former_name_raw": _cells(raw, "raw.former_name"),
        "former_name": former.column("name_key"),
        "sex_raw": _cells(raw, "raw.sex"),
        "sex": pc.coalesce(_cells(raw, "label.sex"), names.column("title_sex")),
    }


def _person_numbers(raw: pa.Table, context: Context) -> Columns:
    numbers = over_distinct(_cells(raw, "raw.id_number"), standardise_identity_numbers)
    births = over_distinct(_cells(raw, "raw.birth_date"), context.birth_dates)
    phones = over_distinct(_cells(raw, "raw.phone"), standardise_phones)
    return {
        "id_number_raw": _cells(raw, "raw.id_number"),
        "id_number": numbers.column("id_number"),
        "id_number_legible": numbers.column("id_number_legible"),
        "id_number_state": pc.fill_null(numbers.column("id_number_state"), "missing"),
        "birth_date_raw": _cells(raw, "raw.birth_date"),
        "birth_date": births.column("date"),
        "birth_date_precision": births.column("precision"),
        "phone_raw": _cells(raw, "raw.phone"),
        "phone": phones.column("phone"),
        "phone_2": phones.column("phone_2"),
    }


def _relations(raw: pa.Table, name: str, tied: pa.ChunkedArray) -> pa.ChunkedArray:
    """The declared relations of a tie where it leads somewhere, else null."""
    listed = pa.list_(pa.string())
    if name not in raw.column_names:
        return pa.chunked_array([pa.nulls(raw.num_rows, listed)])
    return pc.if_else(tied, raw.column(name), pa.scalar(None, listed))


def _mention_ids(raw: pa.Table, name: str) -> pa.ChunkedArray:
    if name in raw.column_names:
        return raw.column(name)
    return pa.chunked_array([pa.nulls(raw.num_rows, pa.int64())])


def standardise_person(raw: pa.Table, context: Context) -> pa.Table:
    """Columns of `mention.person`. A person tied to a home of the same row carries that home's address."""
    employer = over_distinct(_cells(raw, "raw.employer"), context.enterprise_names)
    housing_id, enterprise_id = _mention_ids(raw, "housing_mention_id"), _mention_ids(raw, "enterprise_mention_id")
    address = _address(raw, context)
    if "housing" in context.parents and pc.count(housing_id).as_py():
        home = context.parents["housing"].select(list(ADDRESS_COLUMNS)).take(housing_id)
        tied = pc.is_valid(housing_id)
        address = {name: pc.if_else(tied, home.column(name), address[name]) for name in ADDRESS_COLUMNS}
    housed = pc.or_(pc.is_valid(housing_id), pc.is_valid(address["address_raw"]))
    employed = pc.or_(pc.is_valid(enterprise_id), pc.is_valid(employer.column("name_key")))
    labels = ("education", "marital_status", "household_relation", "deregistered")
    return pa.table(
        _head(raw)
        | _person_names(raw, context)
        | _person_numbers(raw, context)
        | address
        | {name: _cells(raw, f"label.{name}") for name in labels}
        | {
            "ethnicity_raw": _cells(raw, "raw.ethnicity"),
            "ethnicity": _cells(raw, "label.ethnicity"),
            "household_number": plain_codes(_cells(raw, "raw.household_number")),
            "employer_raw": _cells(raw, "raw.employer"),
            "employer_key": employer.column("name_key"),
            "employer_brand": employer.column("brand"),
            "housing_relations": _relations(raw, "tie.housing", housed),
            "enterprise_relations": _relations(raw, "tie.enterprise", employed),
            "housing_mention_id": housing_id,
            "enterprise_mention_id": enterprise_id,
        }
    )


def standardise_housing(raw: pa.Table, context: Context) -> pa.Table:
    """Columns of `mention.housing`."""
    area = over_distinct(_cells(raw, "raw.area"), standardise_quantities)
    residents = over_distinct(_cells(raw, "raw.resident_count"), standardise_quantities)
    return pa.table(
        _head(raw)
        | _address(raw, context)
        | {name: plain_codes(_cells(raw, f"raw.{name}")) for name in ("unit_number", "address_code", "source_code")}
        | {
            "area_raw": _cells(raw, "raw.area"),
            "area": area.column("number"),
            "usage": _cells(raw, "label.usage"),
            "resident_count": residents.column("count"),
        }
    )


def _enterprise_codes(raw: pa.Table, context: Context) -> Columns:
    """Codes of an enterprise: of several cells the first that yields a code wins, code by code."""
    cells = [_cells(raw, f"raw.{name}") for name in ("code", "registration_number", "organisation_code")]
    found = [over_distinct(c, context.enterprise_codes) for c in cells]
    states = [pc.fill_null(f.column("code_state"), "missing") for f in found]
    valid, invalid = (reduce(pc.or_, [pc.equal(s, state) for s in states]) for state in ("valid", "invalid"))
    columns: Columns = {
        name: pc.coalesce(*(f.column(name) for f in found))
        for name in ("credit_code", "registration_number", "organisation_code")
    }
    return columns | {
        "code_raw": pc.coalesce(*cells),
        "code_state": pc.if_else(valid, "valid", pc.if_else(invalid, "invalid", "missing")),
    }


def _enterprise_names(raw: pa.Table, context: Context) -> Columns:
    names = over_distinct(_cells(raw, "raw.name"), context.enterprise_names)
    former = over_distinct(_cells(raw, "raw.former_name"), context.enterprise_names)
    columns: Columns = {name: names.column(name) for name in names.column_names}
    return columns | {
        "name_raw": _cells(raw, "raw.name"),
        "former_name_raw": _cells(raw, "raw.former_name"),
        "former_name": former.column("name_key"),
        "former_brand": former.column("brand"),
    }


def standardise_enterprise(raw: pa.Table, context: Context) -> pa.Table:
    """Columns of `mention.enterprise`."""
    operating = _address(raw, context, "operating_address")
    phones = over_distinct(_cells(raw, "raw.phone"), standardise_phones)
    staff = over_distinct(_cells(raw, "raw.staff_count"), standardise_quantities)
    address = _address(raw, context)
    housed = pc.or_(pc.is_valid(address["address_raw"]), pc.is_valid(operating["address_raw"]))
    return pa.table(
        _head(raw)
        | _enterprise_names(raw, context)
        | _enterprise_codes(raw, context)
        | address
        | {
            "legal_rep_name": over_distinct(_cells(raw, "raw.legal_rep_name"), context.person_names).column("name_key"),
            "legal_rep_id_number": over_distinct(
                _cells(raw, "raw.legal_rep_id_number"), standardise_identity_numbers
            ).column("id_number"),
            "phone_raw": _cells(raw, "raw.phone"),
            "phone": phones.column("phone"),
            "enterprise_type": _cells(raw, "label.enterprise_type"),
            "status": _cells(raw, "label.status"),
            "established_on": over_distinct(_cells(raw, "raw.established_on"), standardise_dates).column("date"),
            "capital_raw": _cells(raw, "raw.capital"),
            "staff_count": staff.column("count"),
            "business_scope": _cells(raw, "raw.business_scope"),
            "operating_address_raw": operating["address_raw"],
            "operating_dwelling": operating["dwelling"],
            "operating_estate": operating["estate"],
            "operating_building": operating["building"],
            "housing_relations": _relations(raw, "tie.housing", housed),
        }
    )


STANDARDISE: dict[str, Callable[[pa.Table, Context], pa.Table]] = {
    "person": standardise_person,
    "housing": standardise_housing,
    "enterprise": standardise_enterprise,
}
"""The standardiser of every kind."""
