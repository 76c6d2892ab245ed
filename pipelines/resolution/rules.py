"""Survivorship as a table: per attribute what a claim is, what counts as the same value, and how fast a claim ages.

Belongs here: the rules, as data, made from the declaration of a kind and the types of its attributes. Does not: the declarations
(`warehouse/model/kinds`), or how rules are applied (`survivorship.py`, `sql/`).

The winner of an attribute is found in this order:

1. **validity**: a claim without a standard value (check digit fails, unreadable) never wins;
2. **constitution**: where one register makes the attribute, its claim stands (`authoritative_from`);
3. **completeness**: the lowest `completeness` of claims there is: day before year, full name before a damaged one, registered
   name before shop sign, an address tied to a known home before one that stops at the building;
4. **authority, recency and agreement**, weighed together: each platform speaks once for a value, with the weight
   authority · 2^(−age / half-life); the weights of a value are added (`agreement`); partial claims that fit a complete
   value speak for it too, at half weight; the heaviest value wins;
5. the newer value, then the smaller one, so that the outcome never hangs on the order of rows.

What has ended has no winner: where the golden value of another attribute says so (`ended_by`), claims stay as evidence.

Authority stands for the log-odds that a platform is right, which is what independent voices add up by (Dong,
Berti-Equille, Srivastava: Integrating conflicting data, the role of source dependence, VLDB 2009): two platforms of
middling authority that agree outweigh one of high authority.

Expressions are SQL over one line of table `claimant`: a mention's columns, `place_*` (where its address lies, see
`sql/place.sql`) and what the claimant hook of its kind adds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from warehouse.model.attribute_type import RAW, Claim
from warehouse.model.data_model import DataModel
from warehouse.model.kind import Survivorship


@dataclass(frozen=True)
class Rule:
    """One way an attribute is claimed. An attribute may have several; the first sets how its values are weighed.

    Attributes:
        attribute: golden column the claim is about; one that is no golden column is kept as evidence alone.
        authority: cell of the platform file that tells how far the platform is believed.
        survivorship: how values are weighed.
        value, raw, key, asserted, valid, completeness, partial, can_conflict, equivalence: see `Claim`.
    """

    attribute: str
    authority: str
    survivorship: Survivorship
    value: str
    raw: str
    key: str
    asserted: str
    valid: str
    completeness: str
    partial: str
    can_conflict: str
    equivalence: str

    def select(self, attribute_no: int, rule_no: int) -> str:
        """The claims of this rule as a SELECT over `claimant`; both numbers are below 256."""
        return f"""
            select entity_no, {attribute_no}::utinyint as attribute_no, {rule_no}::utinyint as rule_no, source_no, mention_id, claimed_on,
                   ({self.value})::varchar as value, ({self.raw})::varchar as value_raw,
                   coalesce(({self.key})::varchar, ({self.raw})::varchar, ({self.value})::varchar) as key,
                   coalesce({self.valid}, false) and ({self.value}) is not null as is_valid,
                   ({self.completeness})::tinyint as completeness, coalesce({self.partial}, false) as partial,
                   coalesce({self.can_conflict}, true) as can_conflict, ({self.equivalence})::varchar as equivalence
            from claimant where {self.asserted}"""


@cache
def rules(model: DataModel, kind: str) -> tuple[Rule, ...]:
    """The rules of a kind: of every attribute the claims of its type, changed as it declares, then its further claims."""
    return tuple(rule for name in model.attributes(kind) for rule in _rules(model, kind, name))


def _rules(model: DataModel, kind: str, name: str) -> Iterator[Rule]:
    attribute, columns = model.kinds[kind].attributes[name], dict(model.columns(kind, name))
    columns["value"] = model.value_column(kind, name)
    authority = attribute.cells[0] if attribute.cells else name
    of_type = [claim for claim in model.type_of(kind, name).claims if _applies(claim, columns)]
    for number, claim in enumerate((*of_type, *attribute.claims)):
        changed = attribute.claim.model_dump(exclude_none=True) if number == 0 else {}
        yield _rule(
            name, authority, attribute.survivorship, columns, {**claim.model_dump(exclude_none=True), **changed}, claim
        )


def _applies(claim: Claim, columns: Mapping[str, str]) -> bool:
    """Whether every output the value of a claim needs is stored."""
    return claim.needs(claim.value) <= set(columns)


def _rule(
    name: str,
    authority: str,
    survivorship: Survivorship,
    columns: Mapping[str, str],
    said: Mapping[str, str],
    claim: Claim,
) -> Rule:
    """The rule of a claim: its expressions over the stored columns; one that needs a column that is not stored is the default."""

    def expression(part: str, default: str) -> str:
        text = said.get(part)
        return default if text is None or not claim.needs(text) <= set(columns) else text.format(**columns)

    value = expression("value", columns["value"])
    raw = expression("raw", columns.get(RAW, value))
    return Rule(
        name,
        said.get("authority", authority),
        survivorship,
        value=value,
        raw=raw,
        key=expression("key", value),
        asserted=expression("asserted", f"({raw}) is not null or ({value}) is not null"),
        valid=expression("valid", "true"),
        completeness=expression("completeness", "0"),
        partial=expression("partial", "false"),
        can_conflict=expression("can_conflict", "true"),
        equivalence=expression("equivalence", "null"),
    )
