"""The language of `warehouse/model/kinds/*.yaml`: what one file says about one kind of thing.

Belongs here: the pydantic model of the file and the rules inside one file. Does not: what follows from it (`data_model`), or
what a type of attribute is (`attribute_type`).
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from warehouse.model.attribute_type import Claim, Declaration, Label, Mask, Storage

NEVER = 100.0
"""Half-life in years of what does not change."""

NO_REGISTER = 101
"""Above every authority: no platform makes the attribute."""


class Title(Label):
    """A title in both languages. `one` is the English word for one of them where it differs from the name of the kind."""

    one: str = ""


class EndedBy(Declaration):
    """The attribute whose golden value ends this one, and the pattern of LIKE of such a value."""

    attribute: str
    like: str


class Survivorship(Declaration):
    """How the values of an attribute are weighed against each other.

    Attributes:
        half_life: years after which a claim weighs half.
        agreement: what a further platform that says the same adds, 0–1. Slips of the pen are made alone, so on what does not
            change each voice counts in full; stale values are stale on many platforms at once, so on what does change the
            best voice counts and others add part.
        authoritative_from: authority from which a platform does not report the attribute but makes it: a firm is called
            what the register of firms says, whatever others say together.
        tolerance: relative difference below which two numbers are the same.
        former: attribute that holds outdated values of this one.
        ended_by: what ends it, whoever still claims it.
    """

    half_life: float = Field(default=NEVER, gt=0)
    agreement: float = Field(default=1.0, ge=0, le=1)
    authoritative_from: int = Field(default=NO_REGISTER, ge=0, le=NO_REGISTER)
    tolerance: float = Field(default=0.0, ge=0, lt=1)
    former: str | None = None
    ended_by: EndedBy | None = None


class Beside(Declaration):
    """A golden column that comes from the one mention whose value was chosen, so that both fit each other.

    Attributes:
        column: of that mention, or of what the hook of the kind adds to it.
        storage: how it is stored.
        zh: its comment.
        en: the same in English.
        refers: the kind it is an id of; none where it is a value.
        mask: how the plain release shows it.
    """

    column: str
    storage: Storage = "text"
    zh: str
    en: str
    refers: str | None = None
    mask: Mask = "none"


class Attribute(Declaration):
    """One attribute of a kind: what mentions assert, what the golden record holds, or both.

    Attributes:
        type: its type; an attribute of a type is read from cells of a row.
        of: another attribute whose columns it is claimed from: a residence is claimed by an address.
        zh: its title.
        en: the same in English.
        label: its short Chinese name where that differs from the title.
        cells: names under which platform files assert it; its own where not given.
        columns: output of the type → column of the mention table; all stored outputs under their own names where not given.
        codes: code table that also understands plain labels, for platforms that name none.
        closed: the only values the golden column may hold; open where not given.
        fallback: `attribute.output` that stands in where the row says nothing.
        reads: cells of other attributes that its standardiser reads together, for a type that has no cell of its own.
        read_from: `attribute.output` that is read in place of the cell where it says something: the address found in a text.
        golden: whether the golden record holds it; false for what is evidence alone.
        golden_zh: title of the golden column where that differs.
        golden_en: the same in English.
        personal: whether it identifies a person; that of the type where not given.
        mask: how the plain release shows it; that of the type where not given. A personal attribute is masked unless the
            declaration says `none` or `text`.
        identifies: whether a filled cell makes a role a mention; that of the type where not given.
        grantable: whether a department can be entitled to it; that of the type where not given.
        survivorship: how its values are weighed.
        claim: what differs from the claim of the type.
        claims: further ways in which a mention claims it, after those of the type.
        beside: golden columns from the mention whose value was chosen, by name.
        review: whether a steward compares it, reads it only, or does not see it.
        tied_by: the tie through whose target a role says it: an employer's name.
        within_city: whether another city may give the same value to something else, such as the number of a ticket; see `Output`.
    """

    type: str | None = None
    of: str | None = None
    zh: str
    en: str
    label: str = ""
    cells: tuple[str, ...] = ()
    columns: dict[str, str] = Field(default_factory=dict)
    codes: str | None = None
    closed: tuple[str, ...] = ()
    fallback: str | None = None
    reads: tuple[str, ...] = ()
    read_from: str | None = None
    golden: bool = True
    golden_zh: str = ""
    golden_en: str = ""
    personal: bool | None = None
    mask: Mask | None = None
    identifies: Literal["yes", "no", "subject"] | None = None
    grantable: bool | None = None
    survivorship: Survivorship = Field(default_factory=Survivorship)
    claim: Claim = Field(default_factory=Claim)
    claims: tuple[Claim, ...] = ()
    beside: dict[str, Beside] = Field(default_factory=dict)
    review: Literal["compare", "read", "no"] = "compare"
    tied_by: str | None = None
    within_city: bool = False

    @model_validator(mode="after")
    def _one_origin(self) -> Attribute:
        if (self.type is None) == (self.of is None):
            raise ValueError("give exactly one of type, of")
        return self


class Current(Declaration):
    """Which of several relations of one name holds: the one a golden column names. Of `of` it is the kind's own record."""

    column: str
    of: str | None = Field(None, description="kind whose golden record says so; the tying kind where not given")


class Relation(Label):
    """One relation of a tie, as a role of a platform file names it."""

    current: Current | None = None


class Through(Declaration):
    """An attribute that names the other entity where no role of the row does.

    Attributes:
        relation: the one relation it stands for; those the role declares where not given.
    """

    relation: str | None = None


class Tie(Declaration):
    """How mentions of a kind point to entities of another.

    Attributes:
        relations: the relations there are, by name.
        through: attributes that name the other entity, by name.
        authority: cell whose authority orders the platforms of a relation.
        inherits: attribute that a mention takes over from the mention of the same row it is tied to.
        zh: comment of the table of relations.
        en: the same in English.
    """

    relations: dict[str, Relation] = Field(min_length=1)
    through: dict[str, Through] = Field(default_factory=dict)
    authority: str = "name"
    inherits: str | None = None
    zh: str = ""
    en: str = ""


class Hooks(Declaration):
    """What is really special about a kind: statements by file name, beside the shipped ones of their package.

    Attributes:
        claimant: columns added to the mentions of a slice before they claim anything: `pipelines/resolution/sql`.
        claimant_tables: small tables that statement reads, by file name.
        release: the statement that makes the published table: `warehouse/release/sql`.
    """

    claimant: str | None = None
    claimant_tables: tuple[str, ...] = ()
    release: str | None = None


class Counted(Declaration):
    """A column the release adds to the golden record."""

    zh: str
    en: str


class Thresholds(Declaration):
    """Probabilities from which a pair is a link, and from which it is asked about."""

    accept: float | None = Field(None, gt=0, lt=1)
    review: float | None = Field(None, gt=0, lt=1)


class Kind(Declaration):
    """One kind of thing: everything the pipeline knows about it beside how it is matched.

    Attributes:
        kind: its name, the name of its file.
        title: what its entities are called, in both languages.
        view: name of its view in schema `一张网`; the Chinese title where not given.
        prefix: letter its ids begin with.
        id_zh: Chinese name of its id.
        matched: false where it is identified by its key alone.
        identified_by: columns of the mention table whose equal values name one entity, where it is not matched.
        recognised_by: columns of the mention table by which one knows what a role beside the subject of a row names; the
            first that is filled. Names before numbers, which spreadsheets spoil more often.
        tells: five expressions over the mention table by which a row without a key is known again: a name, a number and
            three more.
        names: columns of the mention table under which another kind's row may name an entity of this one.
        attributes: in the order of the golden columns.
        ties: kinds its mentions point to.
        tied_by: kinds whose mentions point to it, where those kinds are declared elsewhere.
        placed_by: attribute whose home places an entity in a grid; its own grid where not given.
        thresholds: what a city sets in place of those of the specification.
        comparisons: Chinese words for the comparisons of its specification that are no attributes.
        hooks: what is really special.
        release_columns: columns the release hook adds, by name.
    """

    kind: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: Title
    view: str = ""
    prefix: str = Field(pattern=r"^[0-9A-HJKMNP-TV-Z]$", description="a letter of Crockford's base 32")
    id_zh: str = ""
    matched: bool = True
    identified_by: tuple[str, ...] = ()
    recognised_by: tuple[str, ...] = ()
    tells: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    attributes: dict[str, Attribute] = Field(min_length=1)
    ties: dict[str, Tie] = Field(default_factory=dict)
    tied_by: dict[str, Tie] = Field(default_factory=dict)
    placed_by: str | None = None
    thresholds: Thresholds | None = None
    comparisons: dict[str, str] = Field(default_factory=dict)
    hooks: Hooks = Field(default_factory=Hooks)
    release_columns: dict[str, Counted] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _consistent(self) -> Kind:
        if self.matched == bool(self.identified_by):
            raise ValueError("identified_by: given exactly where matched is false")
        if len(self.tells) not in (0, 5):
            raise ValueError(f"tells: five expressions or none, a name and a number first; {len(self.tells)} are given")
        for name, attribute in self.attributes.items():
            if attribute.of and attribute.of not in self.attributes:
                raise ValueError(f"attributes.{name}.of: {attribute.of!r} is no attribute; allowed: {sorted(self.attributes)}")
            survivorship = attribute.survivorship
            ended_by = survivorship.ended_by.attribute if survivorship.ended_by else None
            for key, other in (("former", survivorship.former), ("ended_by", ended_by)):
                if other and other not in self.attributes:
                    raise ValueError(
                        f"attributes.{name}.survivorship.{key}: {other!r} is no attribute; allowed: {sorted(self.attributes)}"
                    )
        if self.placed_by and self.placed_by not in self.attributes:
            raise ValueError(f"placed_by: {self.placed_by!r} is no attribute; allowed: {sorted(self.attributes)}")
        return self
