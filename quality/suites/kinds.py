"""Suites that follow from the declarations of kinds: what every mention, entity, golden record and relation must keep.

Belongs here: expectations that hold of any kind, made from its declaration. Does not: what is special about one kind
(`golden.<kind>.yaml`, `mention.<kind>.yaml`), or the language of expectations (`declaration`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from quality.suites.expectation import Between, Expectation
from warehouse.model.data_model import DataModel, RelationTable

Derived = tuple[tuple[str, ...], tuple[Expectation, ...]]
"""The tables a suite reads beside its own, and its expectations."""


def derived_suites(model: DataModel) -> dict[str, Callable[[], Derived]]:
    """Name of every suite that follows from the kinds → a function that makes it."""
    suites: dict[str, Callable[[], Derived]] = {
        "base.grid": lambda: ((), (_rollups(model), _counts(model))),
        "link.mention": partial(_link_mention, model),
        "release": lambda: ((), tuple(_masks(model))),
    }
    for kind in model.kinds:
        suites[f"mention.{kind}"] = partial(_mention, model, kind)
        suites[f"entity.{kind}"] = partial(_entity, model, kind)
        suites[f"golden.{kind}"] = partial(_golden, model, kind)
    for relation in model.relations:
        suites[relation.table.full_name] = partial(_relation, model, relation)
    return suites


def _mention(model: DataModel, kind: str) -> Derived:
    expectations = [*_MENTION_HEAD]
    attributes = model.kinds[kind].attributes
    if any(a.type == "address" and "level" in model.columns(kind, n) for n, a in attributes.items()):
        expectations += _ADDRESS
    if model.is_placed(kind):
        expectations.append(_GRID_CODE)
    for other, tie in model.kinds[kind].ties.items():
        expectations += _tie(model, other, tuple(tie.relations))
    return tuple(f"mention.{other}" for other in model.kinds[kind].ties), tuple(expectations)


def _tie(model: DataModel, other: str, relations: tuple[str, ...]) -> Iterator[Expectation]:
    title, listed = model.kinds[other].title, ", ".join(f"'{r}'" for r in relations)
    yield Expectation(
        name=f"{other}_relations_are_known",
        zh=f"与{title.zh}关系取值在约定范围内",
        en=f"Relations to {title.en.lower()} are among the agreed ones",
        column=f"{other}_relations",
        never=f"not list_has_all([{listed}], {other}_relations)",
    )
    yield Expectation(
        name=f"{other}_mention_exists",
        zh=f"所指{title.zh}提及存在",
        en=f"The {title.one or other} mention pointed to exists",
        column=f"{other}_mention_id",
        broken=f"select p.* from {{batch}} p anti join mention.{other} e on e.mention_id = p.{other}_mention_id"
        f" where p.{other}_mention_id is not null",
    )


def _entity(model: DataModel, kind: str) -> Derived:
    title = model.kinds[kind].title
    return (f"mention.{kind}",), (
        Expectation(
            name="every_mention_has_its_entity",
            zh=f"每个{title.zh}提及归属一个实体，无一遗漏",
            en=f"Every {kind} mention is resolved to an entity; none is lost",
            column="mention_id",
            broken=f"select m.* from mention.{kind} m anti join {{batch}} e on e.mention_id = m.mention_id",
        ),
        Expectation(
            name="every_line_has_its_mention",
            zh="归属表中的提及序号均存在",
            en="Every line names a mention that exists",
            column="mention_id",
            broken=f"select e.* from {{batch}} e anti join mention.{kind} m on m.mention_id = e.mention_id",
        ),
        _PROBABILITY,
    )


def _golden(model: DataModel, kind: str) -> Derived:
    refers = {c: b.refers for a in model.kinds[kind].attributes.values() for c, b in a.beside.items() if b.refers}
    reads = [f"entity.{kind}", *(f"golden.{other}" for other in sorted(set(refers.values())))]
    expectations = [*_of_every_golden(kind)]
    if model.is_placed(kind):
        reads.append("grid.tree")
        expectations.append(_GRID_IN_TREE)
    expectations += [e for name in model.attributes(kind) for e in _of_type(model, kind, name)]
    expectations += [_refers(model, kind, column, other) for column, other in refers.items()]
    return tuple(reads), tuple(expectations)


def _of_every_golden(kind: str) -> Iterator[Expectation]:
    yield Expectation(
        name="every_entity_has_its_golden_record",
        zh="每个实体均有主记录",
        en="Every entity has its golden record",
        column=f"{kind}_id",
        broken=f"select e.* from (select distinct entity_id from entity.{kind}) e anti join {{batch}} g on g.{kind}_id = e.entity_id",
    )
    yield Expectation(
        name="record_counts_its_mentions",
        zh="提及数等于归属于该实体的提及",
        en="mention_count is the number of mentions resolved to the entity",
        column="mention_count",
        broken=f"select g.* from {{batch}} g left join (select entity_id, count(*) as n from entity.{kind} group by entity_id) e"
        f" on e.entity_id = g.{kind}_id where g.mention_count is distinct from e.n",
    )
    yield Expectation(
        name="platforms_do_not_outnumber_mentions",
        zh="平台数等于知情平台的个数，不少于 1 且不多于提及数",
        en="platform_count is how many platforms there are, at least one and no more than mentions",
        column="platform_count",
        never="platform_count <> len(string_split(platforms, ' ')) or platform_count < 1 or platform_count > mention_count",
    )
    yield Expectation(
        name="conflicts_are_counted",
        zh="冲突数不为负",
        en="conflict_count is never negative",
        column="conflict_count",
        between=Between(min=0),
    )


def _of_type(model: DataModel, kind: str, name: str) -> Iterator[Expectation]:
    """What the type of a golden attribute promises, where the attribute holds the value of the type itself."""
    attribute = model.kinds[kind].attributes[name]
    if not attribute.golden or attribute.claim.value:
        return
    for check in model.type_of(kind, name).checks:
        column = check.column.format(column=name) if check.column else name
        yield Expectation(
            name=check.name.format(column=name),
            zh=check.zh.format(column=name, zh=attribute.zh),
            en=check.en.format(column=name),
            severity=check.severity,
            column=column,
            never=check.never.format(column=name) if check.never else None,
            allowed=check.allowed,
        )


def _refers(model: DataModel, kind: str, column: str, other: str) -> Expectation:
    title = model.kinds[other].title
    return Expectation(
        name=f"{column}_exists",
        zh=f"{column} 所指{title.zh}有主记录",
        en=f"The {title.one or other} that {column} names has a golden record",
        column=column,
        broken=f"select g.* from {{batch}} g anti join golden.{other} t on t.{other}_id = g.{column} where g.{column} is not null",
    )


def _relation(model: DataModel, relation: RelationTable) -> Derived:
    sides = (relation.left, relation.right)
    expectations = [
        Expectation(
            name="relation_is_known",
            zh=f"{relation.table.zh}取值在约定范围内",
            en="The relation is one of the agreed ones",
            column="relation",
            allowed=tuple(relation.tie.relations),
        )
    ]
    for kind in sides:
        expectations.append(
            Expectation(
                name=f"{kind}_exists",
                zh=f"{model.id_title(kind)}在主记录中",
                en=f"The {kind} has a golden record",
                column=f"{kind}_id",
                broken=f"select r.* from {{batch}} r anti join golden.{kind} g on g.{kind}_id = r.{kind}_id",
            )
        )
    return tuple(f"golden.{kind}" for kind in sides), (*expectations, *_CLAIMED)


def _link_mention(model: DataModel) -> Derived:
    place = "platform, delivery_id, sheet_name, row_number, role"
    mentions = " union all ".join(f"select '{k}' as entity_kind, {place} from mention.{k}" for k in model.kinds)
    entities = " union all ".join(
        f"select '{k}' as entity_kind, {k}_id as entity_id from golden.{k}" for k in model.kinds
    )
    reads = (*(f"mention.{k}" for k in model.kinds), *(f"golden.{k}" for k in model.kinds))
    return reads, (
        Expectation(
            name="kind_is_known",
            zh="实体类型取值在约定范围内",
            en="The kind of entity is one of the agreed ones",
            column="entity_kind",
            allowed=tuple(model.kinds),
        ),
        Expectation(
            name="every_mention_is_resolved_once",
            zh="每个提及恰有一行归属，一行不多，一行不少（定律一）",
            en="Every mention is exactly one line, no more and no fewer (law 1)",
            broken=f"with mention as ({mentions}), line as (select entity_kind, {place} from {{batch}})"
            f" (select mention.* from mention anti join line using (entity_kind, {place}))"
            f" union all (select line.* from line anti join mention using (entity_kind, {place}))",
        ),
        Expectation(
            name="entity_exists",
            zh="实体编号在主记录中",
            en="The entity has a golden record",
            column="entity_id",
            broken=f"with entity as ({entities}) select * from {{batch}} anti join entity using (entity_kind, entity_id)",
        ),
        _PROBABILITY,
    )


def _rollups(model: DataModel) -> Expectation:
    sums = ", ".join(f"sum({kind}_count) as {kind}" for kind in model.placed)
    short = " or ".join(f"n.{kind}_count < b.{kind}" for kind in model.placed)
    return Expectation(
        name="rollups_cover_their_parts",
        zh="上级的计数不少于下级之和",
        en="A node counts at least what the nodes below it count together",
        broken=f"with below as (select parent_code, {sums} from {{batch}} where parent_code is not null group by parent_code)"
        f" select n.* from {{batch}} n join below b on b.parent_code = n.grid_code where {short}",
    )


def _counts(model: DataModel) -> Expectation:
    counts = ", ".join(f"{kind}_count" for kind in model.placed)
    return Expectation(
        name="counts_are_not_negative", zh="计数不为负", en="Counts are never negative", never=f"least({counts}) < 0"
    )


def _masks(model: DataModel) -> Iterator[Expectation]:
    for kind in model.kinds:
        for name in model.masks(kind):
            if model.kinds[kind].attributes[name].golden:
                zh = model.kinds[kind].attributes[name].zh
                yield Expectation(
                    name=f"base_{kind}_{name}_is_masked",
                    zh=f"{model.kinds[kind].title.zh}的{zh}已脱敏",
                    en=f"{name} of base.{kind} is masked",
                    table=f"base.{kind}",
                    column=f"{name}_masked",
                    never=f"not contains({name}_masked, '*')",
                )


_PROBABILITY = Expectation(
    name="probability_lies_between_0_and_1",
    zh="匹配概率在 0 到 1 之间",
    en="A probability lies between 0 and 1",
    column="match_probability",
    between=Between(min=0, max=1),
)
_GRID_IN_TREE = Expectation(
    name="grid_is_in_the_tree",
    zh="所在网格在网格树中",
    en="The grid it lies in is in the grid tree",
    column="grid_code",
    broken="select g.* from {batch} g anti join grid.tree t on t.grid_code = g.grid_code where g.grid_code is not null",
)
_GRID_CODE = Expectation(
    name="grid_code_has_15_digits",
    zh="网格编码为 15 位数字",
    en="A grid code has 15 digits",
    severity="warning",
    column="grid_code",
    never="not regexp_full_match(grid_code, '[0-9]{15}')",
)
_CLAIMED = (
    Expectation(
        name="somebody_says_so",
        zh="每条关系至少有一个平台、一次主张，且主张数不少于平台数",
        en="Every relation has a platform and a claim, and no fewer claims than platforms",
        column="claims",
        never="claims < 1 or len(platforms) < 1 or claims < len(platforms)",
    ),
    Expectation(
        name="claims_have_an_order",
        zh="最早主张日期不晚于最新主张日期",
        en="The oldest claim is not younger than the newest",
        column="first_claimed_on",
        never="first_claimed_on > last_claimed_on",
    ),
)
_ADDRESS = (
    Expectation(
        name="dwelling_level_is_known",
        zh="地址精度取值在约定范围内",
        en="How far an address reaches is one of the agreed levels",
        column="dwelling_level",
        allowed=("room", "building", "estate", "road", "community", "none"),
    ),
    Expectation(
        name="dwelling_reaches_the_room",
        zh="房屋键只在地址精确到户（室）时填写",
        en="A dwelling key is given only where the address reaches a room",
        column="dwelling",
        never="dwelling is not null and (room is null or dwelling_level is distinct from 'room')",
    ),
    Expectation(
        name="address_parts_have_a_source",
        zh="地址各段均来自原文",
        en="Address parts come from an address as written",
        column="address_raw",
        never="address_raw is null and coalesce(road, estate, building, unit, room, dwelling) is not null",
    ),
)
_MENTION_HEAD = (
    Expectation(
        name="mention_ids_are_dense",
        zh="提及序号从 0 起连续编号，无缺号",
        en="mention_id counts from 0 without a gap",
        column="mention_id",
        broken="select 1 from (select min(mention_id) as low, max(mention_id) as high, count(*) as n from {batch}) where n > 0 and (low <> 0 or high <> n - 1)",
    ),
    Expectation(
        name="identity_is_unique",
        zh="跨批次标识（平台、数据集、角色、行标识、重复序号）唯一",
        en="The identity across runs (platform, dataset, role, row_key, repeat) is unique",
        unique=("platform", "dataset", "role", "row_key", "repeat"),
    ),
    Expectation(
        name="place_is_unique",
        zh="同一文件、工作表、行、角色只产生一个提及",
        en="One role of one source row is one mention",
        unique=("platform", "delivery_id", "dataset", "sheet_name", "row_number", "role"),
    ),
    Expectation(
        name="rows_count_from_one",
        zh="数据行号从 1 起",
        en="Data rows count from 1",
        column="row_number",
        between=Between(min=1),
    ),
    Expectation(
        name="repeats_count_from_zero",
        zh="重复序号不为负",
        en="repeat is never negative",
        column="repeat",
        between=Between(min=0),
    ),
    Expectation(
        name="provenance_is_not_blank",
        zh="平台、部门、数据集、批次、文件、角色、行标识均不为空串",
        en="Platform, department, dataset, delivery, file, role and row key are no empty strings",
        never="'' in (platform, department, dataset, delivery_id, file_name, role, row_key)",
    ),
)
