"""Survivorship as a table: per attribute what a claim is, what counts as the same value, and how fast a claim ages.

Belongs here: the rules, as data. Does not: how they are applied (`survivorship.py`, `sql/`).

The winner of an attribute is found in this order:

1. **validity**: a claim without a standard value (check digit fails, unreadable) never wins;
2. **constitution**: where one register makes the attribute, its claim stands (`register`);
3. **completeness**: the lowest `tier` of claims there is: day before year, full name before a damaged one, registered
   name before shop sign, an address tied to a known home before one that stops at the building;
4. **authority, recency and agreement**, weighed together: each platform speaks once for a value, with the weight
   authority · 2^(−age / half-life); the weights of a value are added (`agreement`); partial claims that fit a complete
   value speak for it too, at half weight; the heaviest value wins;
5. the newer value, then the smaller one, so that the outcome never hangs on the order of rows.

What has ended has no winner: where the golden value of another attribute says so (`ended`), claims stay as evidence.

Authority stands for the log-odds that a platform is right, which is what independent voices add up by (Dong,
Berti-Equille, Srivastava: Integrating conflicting data, the role of source dependence, VLDB 2009): two platforms of
middling authority that agree outweigh one of high authority.

Expressions are SQL over one line of table `claimant`: a mention's columns, `place_*` (where its address was found to
be, see `sql/place.sql`) and what `sql/claimant_<kind>.sql` adds.
"""

from __future__ import annotations

from dataclasses import dataclass

NEVER = 100.0
"""Half-life in years of what does not change."""

SHARED = 0.5
"""Agreement on what changes: platforms that were not told of a move are wrong together."""

REGISTER = 90
"""Authority of the register that makes an attribute."""


@dataclass(frozen=True)
class Rule:
    """One way an attribute is claimed. An attribute may have several; the first sets half-life and tolerance.

    Attributes:
        attribute: golden column the claim is about; one that is no golden column is kept as evidence alone.
        value: standard value as text; null where the raw text yields none.
        raw: what the platform wrote; the value where the model keeps no raw text beside it.
        key: what must be equal for two claims to say the same; the value where not given.
        asserted: when a mention makes this claim; where raw text or value is there, if not given.
        valid: whether the value keeps the rules of its own; a null value never does.
        tier: completeness, 0 best; lower tiers win before anything is weighed.
        partial: whether `key` is a pattern of LIKE that the keys of complete values may fit.
        rival: whether the claim can contradict another department's; false where vocabularies differ.
        authority: attribute of the platform file that tells how far the platform is believed.
        half_life: years after which a claim weighs half.
        agreement: what a further platform that says the same adds. Slips of the pen are made alone, so on what does not
            change each voice counts in full; stale values are stale on many platforms at once, so on what does change
            the best voice counts and others add part.
        register: authority from which a platform does not report the attribute but makes it: a firm is called what the
            register of firms says, whatever others say together.
        tolerance: relative difference below which two numbers are the same.
        former: attribute that holds outdated values of this one.
        loose: what need only be equal for two values not to contradict each other: a name of a firm without its region.
        ended: attribute whose golden value can end this one, whoever still claims it, and the pattern of LIKE of such a value.
    """

    attribute: str
    value: str
    raw: str = ""
    key: str = ""
    asserted: str = ""
    valid: str = "true"
    tier: str = "0"
    partial: str = "false"
    rival: str = "true"
    authority: str = ""
    half_life: float = NEVER
    agreement: float = 1.0
    register: int = 101
    tolerance: float = 0.0
    former: str = ""
    loose: str = ""
    ended: tuple[str, str] = ("", "")

    def select(self, attribute_no: int, rule_no: int) -> str:
        """The claims of this rule as a SELECT over `claimant`; both numbers are below 256."""
        value, raw = self.value, self.raw or self.value
        return f"""
            select entity_no, {attribute_no}::utinyint as attribute_no, {rule_no}::utinyint as rule_no, source_no, mention_id, claimed_on,
                   ({value})::varchar as value, ({raw})::varchar as value_raw,
                   coalesce(({self.key or value})::varchar, ({raw})::varchar, ({value})::varchar) as key,
                   coalesce({self.valid}, false) and ({value}) is not null as is_valid,
                   ({self.tier})::tinyint as tier, coalesce({self.partial}, false) as partial,
                   coalesce({self.rival}, true) as rival, ({self.loose or "null"})::varchar as loose
            from claimant where {self.asserted or f"({raw}) is not null or ({value}) is not null"}"""


BIRTH_TEXT = """case birth_date_precision when 'year' then strftime(birth_date, '%Y')
                 when 'month' then strftime(birth_date, '%Y-%m') else strftime(birth_date, '%Y-%m-%d') end"""
BIRTH_KEY = """case birth_date_precision when 'year' then strftime(birth_date, '%Y') || '-__-__'
                when 'month' then strftime(birth_date, '%Y-%m') || '-__' else strftime(birth_date, '%Y-%m-%d') end"""
BORN = "substr(id_number, 7, 4) || '-' || substr(id_number, 11, 2) || '-' || substr(id_number, 13, 2)"
LIVES = "list_contains(housing_relations, 'resides')"
IS_REGISTERED = "list_contains(housing_relations, 'registered')"
SITED = "(place_raw is not null or place_text is not null)"
SEX_OF_NUMBER = "if(substr(id_number, 17, 1)::integer % 2 = 1, '男', '女')"
FULL_NAME = "case name_form when 'damaged' then 1 when 'surname_only' then 2 else 0 end"
NAME_KEY = """case name_form when 'damaged' then replace(coalesce(name_key, name), '?', '_')
               when 'surname_only' then surname || '%' else coalesce(name_key, name) end"""

# Where the row names no grid its standard address may: then the address is what was written.
GRID_RAW = "if(grid_raw is null and grid_code is not null, address_raw, grid_raw)"


DEATH = ("deregistered", "%亡%")
"""The dead live nowhere: platforms that were not told go on saying where they did, with the date of their delivery."""


def _place(
    attribute: str,
    asserted: str,
    half_life: float,
    tier: str = "place_tier",
    rival: str = "true",
    register: int = 101,
    ended: tuple[str, str] = ("", ""),
) -> Rule:
    """An address claim: the same where it is the same dwelling, whatever the spelling."""
    return Rule(
        attribute,
        value="place_text",
        raw="place_raw",
        key="place_key",
        asserted=f"{asserted} and {SITED}",
        valid="place_valid",
        tier=tier,
        partial="place_partial",
        rival=f"{rival} and place_rival",
        authority="address",
        half_life=half_life,
        agreement=SHARED,
        register=register,
        ended=ended,
    )


PERSON = (
    Rule(
        "name",
        "name",
        "name_raw",
        key=NAME_KEY,
        tier=FULL_NAME,
        partial="name_form in ('damaged', 'surname_only')",
        rival="name_form <> 'surname_only'",
        half_life=20,
        former="former_name",
    ),
    Rule("former_name", "former_name", "former_name_raw", half_life=NEVER),
    Rule(
        "id_number",
        "id_number",
        "id_number_raw",
        # Spreadsheets keep 15 digits of a number and write 000 behind them; one in eleven of those passes its check digit.
        key="if(id_number like '%000', left(id_number, 15) || '___', coalesce(id_number, replace(id_number_legible, '*', '_')))",
        valid="id_number_state = 'valid'",
        partial="id_number_state = 'damaged' or id_number like '%000'",
    ),
    # A sex nobody wrote in its own cell was read from a form of address.
    Rule("sex", "sex", "sex_raw", tier="if(sex_raw is null, 1, 0)", rival="sex_raw is not null"),
    # The 17th digit tells the sex, digits 7–14 the birth date (GB 11643): a valid number says both where its row is silent.
    Rule("sex", SEX_OF_NUMBER, "id_number_raw", asserted="id_number is not null and sex is null", rival="false"),
    Rule(
        "birth_date",
        BIRTH_TEXT,
        "birth_date_raw",
        key=BIRTH_KEY,
        tier="case birth_date_precision when 'year' then 2 when 'month' then 1 else 0 end",
        partial="birth_date_precision in ('year', 'month')",
    ),
    Rule(
        "birth_date",
        BORN,
        "id_number_raw",
        asserted="id_number is not null and (birth_date is null or birth_date_precision <> 'day')",
        valid=f"try_cast({BORN} as date) is not null",
        rival="false",
        authority="id_number",
    ),
    Rule("ethnicity", "ethnicity", "ethnicity_raw"),
    # A land line is an office's or a household's, and the second number of a cell the one to try next. People give each
    # department their number anew, so departments err apart.
    Rule(
        "phone",
        "phone",
        "phone_raw",
        tier="if(phone[1] = '1' and length(phone) = 11, 0, 1)",
        half_life=4,
    ),
    Rule("phone", "phone_2", "phone_raw", asserted="phone_2 is not null", tier="1"),
    Rule("education", "education", half_life=5, agreement=SHARED, rival="false"),
    Rule("marital_status", "marital_status", half_life=3, agreement=SHARED),
    Rule("deregistered", "deregistered", half_life=1, rival="false"),
    Rule("household_number", "household_number", half_life=5, rival="false"),
    _place("residence", LIVES, half_life=4, ended=DEATH),
    _place("registered_address", IS_REGISTERED, half_life=4),
    Rule(
        "grid_code",
        "tree_code",
        GRID_RAW,
        key="grid_code",
        asserted=f"{GRID_RAW} is not null and (housing_mention_id is null or {LIVES})",
        tier=f"if(grid_raw is not null or {LIVES}, 0, 1)",
        authority="grid",
        half_life=4,
        rival="false",
        ended=DEATH,
    ),
    Rule("household_relation", "household_relation", half_life=5, rival="false"),
    Rule("employer", "employer_key", "employer_raw", half_life=3, rival="false"),
    # An address of a row that says neither; one of a home somebody owns or lets speaks of the home, not of the person.
    _place(
        "address",
        f"housing_mention_id is null and not coalesce({LIVES} or {IS_REGISTERED}, false)",
        half_life=4,
        rival="false",
    ),
)

HOUSING = (
    Rule(
        "address",
        "place_text",
        "place_raw",
        key="place_key",
        asserted=SITED,
        valid="place_valid",
        tier="place_tier",
        partial="place_partial",
        rival="place_rival",
    ),
    Rule("unit_number", "unit_number"),
    Rule("address_code", "address_code"),
    # A rounded area is the less complete form of the measured one.
    Rule(
        "area",
        "area::decimal(18, 2)",
        "area_raw",
        tier="if(area = round(area), 1, 0)",
        tolerance=0.02,
    ),
    Rule("usage", "usage", half_life=8, rival="false"),
    Rule("resident_count", "resident_count", half_life=0.5, rival="false"),
    Rule("grid_code", "tree_code", GRID_RAW, key="grid_code", authority="grid", half_life=10),
    Rule("source_code", "source_code", rival="false"),
)

REGISTERED_SEAT = "not coalesce(list_contains(housing_relations, 'registered'), false)"
ENTERPRISE = (
    Rule(
        "name",
        "name",
        "name_raw",
        key="coalesce(name_key, name)",
        tier="if(name_form = 'sign', 1, 0)",
        rival="name_form <> 'sign'",
        loose="brand || '/' || concat_ws('/', coalesce(trade, ''), coalesce(legal_form, ''), coalesce(branch, ''))",
        half_life=4,
        register=REGISTER,
        former="former_name",
    ),
    Rule("former_name", "former_name", "former_name_raw", half_life=NEVER),
    Rule(
        "credit_code",
        "credit_code",
        "code_raw",
        asserted="credit_code is not null or (code_state = 'invalid' and code_raw is not null)",
        authority="code",
        register=REGISTER,
    ),
    Rule("registration_number", "registration_number", authority="registration_number", register=REGISTER),
    Rule("organisation_code", "organisation_code", authority="code", register=REGISTER),
    # Departments keep states and types in vocabularies of their own (存续, 正常): different words, no contradiction.
    Rule("enterprise_type", "enterprise_type", register=REGISTER, rival="false"),
    Rule("status", "status", half_life=1, register=REGISTER, rival="false"),
    Rule("established_on", "strftime(established_on, '%Y-%m-%d')", register=REGISTER),
    Rule("capital", "capital_raw", half_life=3, register=REGISTER),
    Rule("staff_count", "staff_count", half_life=1, rival="false"),
    Rule("business_scope", "business_scope", half_life=3, register=REGISTER, rival="false"),
    Rule(
        "legal_rep_name",
        "legal_rep_name",
        "legal_rep_raw",
        key="coalesce(legal_rep_person_id, legal_rep_name)",
        tier="legal_rep_tier",
        rival="legal_rep_tier = 0",
        half_life=3,
        register=REGISTER,
    ),
    Rule("phone", "phone", "phone_raw", half_life=4, agreement=SHARED),
    # 住所 is what the register says; a place of business stands in only where no register knows the firm.
    _place(
        "address",
        "true",
        half_life=4,
        tier=f"place_tier + if({REGISTERED_SEAT}, 10, 0)",
        rival=f"not ({REGISTERED_SEAT})",
        register=REGISTER,
    ),
    Rule("grid_code", "tree_code", GRID_RAW, key="grid_code", authority="grid", half_life=4, rival="false"),
    Rule("legal_rep_id_number", "legal_rep_id_number", rival="false"),
    Rule(
        "operating_address",
        "operating_dwelling",
        "operating_address_raw",
        authority="operating_address",
        half_life=4,
        rival="false",
    ),
)

RULES = {"person": PERSON, "housing": HOUSING, "enterprise": ENTERPRISE}
"""The rules of every kind."""


def attributes(kind: str) -> tuple[str, ...]:
    """The attributes of a kind in the order of their names; its place is an attribute's `attribute_no`."""
    return tuple(sorted({rule.attribute for rule in RULES[kind]}))
