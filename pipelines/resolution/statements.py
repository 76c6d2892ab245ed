"""Statements that follow from the declaration of a kind: its claimants, its golden records, its relations, the counts of grids.

Belongs here: SQL text made from the data model, for DuckDB tables named as in `sql/`. Does not: statements that are the same for
every kind (`sql/*.sql`), or running any.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from pipelines.resolution.session import statement
from warehouse.model.data_model import HOME, DataModel, RelationTable
from warehouse.model.kind import Attribute

ADDRESS_OUTPUTS = ("street", "community", "road", "road_number", "estate", "building", "unit", "room", "dwelling")


def main_address(model: DataModel, kind: str) -> str | None:
    """The attribute that says where something is: the first address that is stored with all its parts; None where there is none."""
    attributes = model.kinds[kind].attributes
    typed = (name for name, attribute in attributes.items() if attribute.type == "address")
    return next((name for name in typed if {"raw", "level", *ADDRESS_OUTPUTS} <= set(model.columns(kind, name))), None)


HOME_ADDRESS = f"""
    select h.mention_id, e.entity_id, h.address_raw, {", ".join(f"h.{o}" for o in ADDRESS_OUTPUTS)}, h.dwelling_level
    from {HOME}_mention h
    join {HOME}_entity e using (mention_id)"""
"""The address every mention of a home has, and the home: table `home_address`."""

ALWAYS_READ = ("mention_id", "platform", "row_number", "claimed_on")
"""Columns of mentions that every kind's golden records are made of."""


def columns_read(model: DataModel, kind: str, texts: Iterable[str]) -> tuple[str, ...]:
    """The columns of the mentions of a kind that some statements name."""
    words = {word for text in texts for word in re.findall(r"\w+", text)}.union(ALWAYS_READ)
    return tuple(name for name in model.mention(kind).names if name in words)


def mine(columns: Iterable[str]) -> str:
    """The mentions of all slices with some of their columns, the number of their entity and that of where they stand: table `mine`."""
    return f"""
        select n.entity_no, n.slice_no, o.source_no, o.origin_no, {", ".join(f"m.{name}" for name in columns)}
        from mention m
        join member n using (mention_id)
        join origin o using (platform, dataset, delivery_id, file_name, sheet_name, role)"""


def addressed(model: DataModel, kind: str) -> str | None:
    """The address every mention in `mine` speaks of: its own, or that of the home of the same row it is tied to.

    Table `addressed`, a line per mention. None where the kind has no address.
    """
    name = main_address(model, kind)
    if name is None:
        return None
    columns = model.columns(kind, name)
    own = ", ".join(f"m.{columns[o]} as {o}" for o in ADDRESS_OUTPUTS)
    own = f"m.city, m.{columns['raw']} as address_raw, {own}, m.{columns['level']} as dwelling_level"
    tie = model.kinds[kind].ties.get(HOME)
    if tie is None or not tie.inherits:
        return f"select m.mention_id, null::varchar as tied_housing_id, {own} from mine m"
    there = ", ".join(f"h.{o}" for o in ADDRESS_OUTPUTS)
    return f"""
        select m.mention_id, null::varchar as tied_housing_id, {own} from mine m where m.{HOME}_mention_id is null
        union all
        select m.mention_id, h.entity_id, m.city, h.address_raw, {there}, h.dwelling_level
        from mine m
        join home_address h on h.mention_id = m.{HOME}_mention_id"""


def claimant(model: DataModel, kind: str) -> str:
    """The mentions in `mine` with all that the rules look at: table `claimant`, a line per mention."""
    if hook := model.kinds[kind].hooks.claimant:
        return statement(hook.removesuffix(".sql"))
    placed, addressed_ = model.is_placed(kind), main_address(model, kind) is not None
    return f"""
        select m.* {", a.* exclude (mention_id)" if addressed_ else ""}{", t.grid_code as tree_code" if placed else ""}
        from mine m
        {"left join place a using (mention_id)" if addressed_ else ""}
        {"left join tree t on t.grid_code = m.grid_code" if placed else ""}"""


def golden(model: DataModel, kind: str) -> str:
    """The golden records of a slice: table `golden.<kind>`. Columns beside a value come from the mention it was taken from."""
    declared = model.kinds[kind]
    values = [
        e
        for name, a in declared.attributes.items()
        if a.golden and a.type != "grid"
        for e in _values(model, kind, name, a)
    ]
    sources = {n for n, a in declared.attributes.items() if a.golden and a.beside} | {declared.placed_by or ""} - {""}
    beside = "".join(
        f"left join claimant m_{n} on m_{n}.mention_id = c.{n}.mention_id " for n in sorted(sources - {""})
    )
    place = ""
    if model.is_placed(kind):
        own = "c.grid_code.value"
        code = own
        if declared.placed_by:
            beside += f"left join {HOME}_golden home on home.{HOME}_id = m_{declared.placed_by}.place_id "
            code = f"coalesce(home.grid_code, {own})"
        beside += f"left join tree t on t.grid_code = {code} "
        place = ", t.grid_code, t.community_code, t.street_code"
    columns = "".join(f", {value}" for value in values)
    return f"""
        select s.entity_id as {kind}_id{columns}{place},
            s.mention_count, s.platforms, s.platform_count, s.conflict_count, s.last_claimed_on
        from size s
        left join chosen c using (entity_no)
        {beside}
        order by s.entity_no"""


def _values(model: DataModel, kind: str, name: str, attribute: Attribute) -> Iterator[str]:
    for column in model.type_of(kind, name).golden:
        yield f"{column.sql.format(value=f'c.{name}.value')} as {name}{column.suffix}"
    for column_name, beside in attribute.beside.items():
        yield f"m_{name}.{beside.column} as {column_name}"


def name_index(model: DataModel, kind: str) -> str:
    """Which entity a name means, where it means only one: table `<kind>_index`. A current name comes before a former one."""
    named = " union ".join(
        f"select m.{column} as name_key, e.entity_id, {place} as place from {kind}_mention m"
        f" join {kind}_entity e on e.mention_id = m.mention_id where m.{column} is not null"
        for place, column in enumerate(model.kinds[kind].names)
    )
    return f"""
        with named as ({named}), best as (select name_key, min(place) as place from named group by name_key)
        select n.name_key, min(n.entity_id) as {kind}_id
        from named n
        join best b on b.name_key = n.name_key and b.place = n.place
        group by n.name_key
        having count(distinct n.entity_id) = 1"""


def kinds_meant_by_name(model: DataModel) -> set[str]:
    """The kinds that an attribute of another one names: their names are looked up."""
    tied = ((r, name) for r in model.relations for name in r.tie.through)
    return {r.right for r, name in tied if model.type_of(r.left, name).needs != "gazetteer"}


def relation(model: DataModel, tied: RelationTable) -> str:
    """The relations between two kinds: table `link.<left>_<right>`.

    A relation is claimed by a tie to another role of the row, or through an attribute: the home an address names, the firm a
    name means. Where only one of a relation can hold it is the one a golden record names.
    """
    left, right = tied.left, tied.right
    claims = " union all ".join(_claims(model, tied))
    return f"""
        with claim as ({claims}),
        voice as (
            select c.left_id, c.right_id, c.relation, c.platform, coalesce(max(a.authority), 50) as authority,
                count(*) as claims, min(c.claimed_on) as first_claimed_on, max(c.claimed_on) as last_claimed_on
            from claim c
            left join authority a
                on a.platform = c.platform and a.dataset = c.dataset and a.role = c.role and a.attribute = c.attribute
            where c.right_id is not null
            group by all
        ),
        relation as (
            select left_id, right_id, relation, list(platform order by authority desc, platform) as platforms,
                sum(claims)::bigint as claims, min(first_claimed_on) as first_claimed_on, max(last_claimed_on) as last_claimed_on
            from voice
            group by all
        )
        select r.left_id as {left}_id, r.right_id as {right}_id, r.* exclude (left_id, right_id), {_current(tied)} as is_current
        from relation r
        left join {left}_golden l on l.{left}_id = r.left_id
        left join {right}_golden o on o.{right}_id = r.right_id
        order by r.left_id, r.right_id, r.relation"""


def _claims(model: DataModel, tied: RelationTable) -> Iterator[str]:
    left, right, pointer = tied.left, tied.right, f"{tied.right}_mention_id"
    head = "e.entity_id as left_id, {right_id} as right_id, {relation} as relation, m.platform, m.dataset, m.role, m.claimed_on, '{attribute}' as attribute"
    mention = f"from {left}_mention m join {left}_entity e on e.mention_id = m.mention_id"
    listed = f"unnest(list_distinct(m.{right}_relations))"
    yield (
        f"select {head.format(right_id='t.entity_id', relation=listed, attribute=tied.tie.authority)} {mention}"
        f" join {right}_entity t on t.mention_id = m.{pointer} where m.{right}_relations is not null"
    )
    for name, through in tied.tie.through.items():
        columns, is_address = model.columns(left, name), model.type_of(left, name).needs == "gazetteer"
        column, index = (columns["dwelling"], "dwelling") if is_address else (columns["key"], "name_key")
        table = "dwelling_index" if is_address else f"{right}_index"
        relation_ = f"'{through.relation}'" if through.relation else listed
        authority = name if through.relation else tied.tie.authority
        free = "true" if through.relation else f"m.{pointer} is null and m.{right}_relations is not null"
        yield (
            f"select {head.format(right_id=f'k.{right}_id', relation=relation_, attribute=authority)} {mention}"
            f" join {table} k on k.{index} = m.{column} where {free}"
        )


def _current(tied: RelationTable) -> str:
    """When a relation holds now; where several cannot, the golden record says which. One that names none contradicts none."""
    cases = []
    for name, declared in tied.tie.relations.items():
        if declared.current and declared.current.of == tied.right:
            column = f"o.{declared.current.column}"
            cases.append(f"when '{name}' then {column} is null or {column} = r.left_id")
        elif declared.current:
            cases.append(f"when '{name}' then coalesce(l.{declared.current.column} = r.right_id, false)")
    return f"case r.relation {' '.join(cases)} else true end" if cases else "true"


def grid_count(model: DataModel) -> str:
    """The grid tree with what lies in every node: table `base.grid`. What lies in a grid lies in every node above it."""
    kinds = model.placed
    placed = " union all ".join(
        f"select grid_code as leaf, {', '.join(f'{int(k == kind)} as {k}' for k in kinds)} from {kind}_golden"
        for kind in kinds
    )
    sums = ", ".join(f"sum(c.{k}) as {k}" for k in kinds)
    counts = ", ".join(f"coalesce(n.{k}, 0)::bigint as {k}_count" for k in kinds)
    return f"""
        with above as (
            select leaf.grid_code as leaf, unnest([leaf.grid_code, leaf.parent_code, second.parent_code, third.parent_code]) as node
            from grid leaf
            left join grid second on second.grid_code = leaf.parent_code
            left join grid third on third.grid_code = second.parent_code
            where leaf.level = 'grid'
        ),
        placed as ({placed}),
        leaf_count as (select leaf, {sums.replace("c.", "")} from placed where leaf is not null group by leaf),
        node_count as (select a.node, {sums} from above a join leaf_count c using (leaf) where a.node is not null group by a.node)
        select t.grid_code, t.name, t.level, t.parent_code, {counts}
        from grid t
        left join node_count n on n.node = t.grid_code
        order by t.grid_code"""
