"""Suites of the landing area, one per platform, made from its description: what it delivered last, as it was delivered.

Belongs here: which expectations a description leads to. Does not: running them (`quality.suites.landing_run`).

All are warnings: what a department delivers may be odd, and the city gets its library all the same. Looked at are the
deliveries of the newest day of every dataset and scope: those of an earlier day were looked at when they came. Every
query reads views named after the platform; see `landing_run.show_landing`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from quality.suites.declaration import Expectation
from quality.suites.landed import Cell, LandedDataset, LandedPlatform
from warehouse.model.sql import identifier, literal

ALLOWED_DAYS = {"realtime": 1, "daily": 2, "weekly": 9, "monthly": 38, "quarterly": 101, "yearly": 380}
"""How many days a platform may lie behind the newest delivery of the home: its cadence and a little grace."""

USUAL_ROWS = {"snapshot": (0.5, 2.0), "delta": (0.1, 10.0)}
"""Rows of a delivery as a multiple of the median of the former ones. What changed differs from day to day; a whole does not."""

FORMER_TURNS = 12
TOLERATED_REJECTED = 0.01
TOLERATED_NUMBERS = 0.02
TOLERATED_CODES = 0.001
LIKE_A_CITIZENS = "regexp_full_match(x, '[0-9]+X?')"
LIKE_A_FIRMS = "not regexp_full_match(x, '[0-9]{6}(18|19|20)[0-9]{2}(0[1-9]|1[0-2])([0-2][0-9]|3[01])[0-9]{3}[0-9X]')"
"""In a column that holds numbers of people on some rows and of firms on others: whose number it is, by its looks."""
PLACES = ("grid", "grid_code", "street_code", "community_code", "address_code")
"""Codes of places read like an identity number of fifteen places now and then."""
ROW = ("delivery_id", "file_name", "sheet_name", "row_number")


def landing_suite(platform: LandedPlatform) -> tuple[Expectation, ...]:
    """The expectations of suite `landing.<platform>`."""
    return (*_of_deliveries(platform), *_of_rows(platform), *_of_cells(platform))


def rows_view(platform: str, place: int) -> str:
    """The view with the newest rows of the platform's dataset at `place`."""
    return f"landing.{platform}__{place}"


def _of_deliveries(p: LandedPlatform) -> Iterator[Expectation]:
    delivery = "select platform, delivery_id, file_name from landing.newest"
    most = "true" if p.max_rows is None else f"sum(rows_delivered) <= {p.max_rows}"
    yield _expect(
        p,
        "rows_are_within_bounds",
        "每批行数在约定范围内",
        "A delivery has as many rows as was agreed",
        f"{delivery} where platform = '{p.platform}' group by all having not (sum(rows_delivered) >= {p.min_rows} and {most})",
    )
    low, high = USUAL_ROWS[p.semantics]
    # the first delivery of a delta is the whole, and says nothing about the size of a change
    former = "age > 1" + (" and since_first > 1" if p.semantics == "delta" else "")
    yield _expect(
        p,
        "rows_are_as_usual",
        f"行数在以往各批中位数的 {low:g} 至 {high:g} 倍之间",
        f"Rows are {low:g} to {high:g} times the median of the former deliveries",
        f"""with usual as (
                select dataset, scope, median(rows_delivered) as rows_usual from landing.turn
                where platform = '{p.platform}' and {former} and age <= {FORMER_TURNS + 1} group by all
            )
            select t.platform, t.delivery_id, t.file_name from landing.turn t join usual u using (dataset, scope)
            where t.platform = '{p.platform}' and t.age = 1
                and t.rows_delivered not between {low} * rows_usual and {high} * rows_usual""",
    )
    yield _expect(
        p,
        "deliveries_are_read",
        "没有尚未补交的整批退回",
        "No delivery was rejected as a whole without a good one after it",
        f"""select distinct d.platform, d.delivery_id, d.file_name from landing.delivery d
            where d.platform = '{p.platform}' and d.state = 'rejected' and not exists (
                from landing.delivery l where l.platform = d.platform and l.state = 'landed'
                    and l.sequence > d.sequence and (l.scope = d.scope or d.scope = ''))""",
    )
    yield _expect(
        p,
        "delivery_is_fresh",
        f"最近一批距全市最近一批不超过 {ALLOWED_DAYS[p.cadence]} 天（{p.cadence}）",
        f"The newest delivery is at most {ALLOWED_DAYS[p.cadence]} days older than the newest of the city ({p.cadence})",
        f"""select '{p.platform}' as platform from landing.delivery where state = 'landed'
            having max(delivered_on) - max(delivered_on) filter (platform = '{p.platform}') > {ALLOWED_DAYS[p.cadence]}""",
    )


def _of_rows(p: LandedPlatform) -> Iterator[Expectation]:
    yield _expect(
        p,
        "rows_are_seldom_rejected",
        f"退回行不超过 {TOLERATED_REJECTED:.0%}",
        f"At most {TOLERATED_REJECTED:.0%} of the rows were rejected",
        f"""select platform, {", ".join(ROW)}, min("column") as "column" from landing.rejected
            semi join landing.newest using (platform, delivery_id)
            where platform = '{p.platform}' and row_number is not null group by all""",
        tolerated=TOLERATED_REJECTED,
    )
    datasets = list(enumerate(p.datasets))
    if any(d.key or d.mandatory for _, d in datasets):
        empty = [
            f"""select '{p.platform}' as platform, {", ".join(ROW)}, "column" from landing.rejected
                semi join landing.newest using (platform, delivery_id)
                where platform = '{p.platform}' and reason_code = 'mandatory_empty'"""
        ]
        empty += [_rows(p, i, column, f"{identifier(column)} is null") for i, d in datasets for column in d.key]
        yield _expect(
            p,
            "mandatory_cells_are_filled",
            "必填列与主键列均有值",
            "Mandatory and key columns are filled",
            " union all ".join(empty),
        )
    if keyed := [(i, d) for i, d in datasets if d.key]:
        yield _expect(
            p,
            "keys_are_unique",
            "同一批内主键不重复",
            "No key repeats inside a delivery",
            " union all ".join(_repeated(p, i, d) for i, d in keyed),
        )


def _repeated(p: LandedPlatform, place: int, dataset: LandedDataset) -> str:
    view = rows_view(p.platform, place)
    again = f"select delivery_id, row_key from {view} group by all having count(*) > 1"
    return _rows(p, place, "+".join(dataset.key), f"(delivery_id, row_key) in ({again})")


def _of_cells(p: LandedPlatform) -> Iterator[Expectation]:
    cells = [(place, cell) for place, dataset in enumerate(p.datasets) for cell in dataset.cells]
    for attribute in sorted({cell.attribute for _, cell in cells if cell.codes}):
        coded = [(i, c) for i, c in cells if c.codes and c.attribute == attribute]
        yield _of_each(
            p,
            f"{attribute}_codes_are_known",
            "代码取值在约定代码表内",
            "Codes are in the declared code table",
            [(i, c, _unknown(c)) for i, c in coded],
            TOLERATED_CODES,
        )
    if numbers := [(i, c) for i, c in cells if c.attribute in ("id_number", "legal_rep_id_number")]:
        yield _of_numbers(
            p,
            "id_numbers_hold",
            f"18 位公民身份号码校验码正确（GB 11643），不符者不超过 {TOLERATED_NUMBERS:.0%}",
            f"The check character of identity numbers holds (GB 11643) for all but {TOLERATED_NUMBERS:.0%}",
            numbers,
            LIKE_A_CITIZENS,
            "length(x) = 18 and not id_number_holds(x) and regexp_full_match(x, '[0-9]{17}[0-9X]')",
        )
        yield _of_numbers(
            p,
            "id_numbers_are_whole",
            f"公民身份号码为 18 位或 15 位，残缺者不超过 {TOLERATED_NUMBERS:.0%}",
            f"Identity numbers have all their 18 or 15 places for all but {TOLERATED_NUMBERS:.0%}",
            numbers,
            LIKE_A_CITIZENS,
            "not regexp_full_match(x, '[0-9]{17}[0-9X]|[0-9]{15}')",
        )
    if codes := [(i, c) for i, c in cells if c.attribute == "code" and c.kind == "enterprise"]:
        yield _of_numbers(
            p,
            "credit_codes_hold",
            f"18 位统一社会信用代码校验码正确（GB 32100），不符者不超过 {TOLERATED_NUMBERS:.0%}",
            f"The check character of credit codes of 18 places holds (GB 32100) for all but {TOLERATED_NUMBERS:.0%}",
            codes,
            LIKE_A_FIRMS,
            "length(x) = 18 and not credit_code_holds(x)",
        )
    if shown := [(i, c) for i, c in cells if c.is_code and not p.datasets[i].is_shared(c)]:
        x = "upper(regexp_replace({}, '[\\s\u3000\u00a0]', '', 'g'))"
        yield _of_each(
            p,
            "codes_are_no_personal_numbers",
            "编码列中没有身份号码或手机号码（有则发布版中予以遮蔽）",
            "No column of codes holds an identity number or a mobile number; the release shows such a one masked",
            [
                (
                    i,
                    c,
                    f"personal_number_in({x.format(_part(c))})"
                    + ("" if c.attribute in PLACES else f" or old_id_number_in({x.format(_part(c))})"),
                )
                for i, c in shown
            ],
        )
    if spans := [(i, c, closed) for i, c in cells if c.attribute == "occurred_at" for closed in _closing(p, i, c)]:
        yield _of_each(
            p,
            "closing_is_not_before_opening",
            "办结时间不早于发生（受理）时间",
            "Nothing is closed before it was opened",
            [(i, closed, f"instant({_text(closed)}) < instant({_text(opened)})") for i, opened, closed in spans],
        )


def _closing(p: LandedPlatform, place: int, opened: Cell) -> Iterable[Cell]:
    return (c for c in p.datasets[place].cells if c.role == opened.role and c.attribute == "closed_at")


def _unknown(cell: Cell) -> str:
    known = f"select value from landing.code where code_table = '{cell.codes}'"
    return f"{_text(cell)} is not null and {_text(cell)} not in ({known})"


def _part(cell: Cell) -> str:
    """The cell as it stands, or its part."""
    name = identifier(cell.column)
    return f"str_split({name}, {literal(cell.split or '')})[{cell.part}]" if cell.split else name


def _text(cell: Cell) -> str:
    """The cell, or its part, without blanks around it; null where there is none."""
    return f"nullif(trim({_part(cell)}, ' \u3000\u00a0'), '')"


def _of_each(
    p: LandedPlatform, name: str, zh: str, en: str, broken: Iterable[tuple[int, Cell, str]], tolerated: float = 0
) -> Expectation:
    query = " union all ".join(_rows(p, place, cell.column, condition) for place, cell, condition in broken)
    return _expect(p, name, zh, en, query, tolerated=tolerated)


def _of_numbers(
    p: LandedPlatform, name: str, zh: str, en: str, cells: Iterable[tuple[int, Cell]], likeness: str, condition: str
) -> Expectation:
    """In `condition`, `x` is the number as it is meant: no blanks, a capital X. `likeness` must hold too in a shared column.

    It is made once a row and kept: a check digit looks at it twenty times.
    """
    parts = []
    for place, cell in cells:
        x = f"upper(regexp_replace({_part(cell)}, '[\\s\u3000\u00a0]', '', 'g'))"
        wrong = f"{likeness} and {condition}" if p.datasets[place].is_shared(cell) else condition
        made = f"select {', '.join(ROW)}, {x} as x from {rows_view(p.platform, place)} where {_part(cell)} is not null"
        parts.append(
            f"(with number as materialized ({made}) {_head(p, cell.column)} from number where x <> '' and {wrong})"
        )
    return _expect(p, name, zh, en, " union all ".join(parts), tolerated=TOLERATED_NUMBERS)


def _rows(p: LandedPlatform, place: int, column: str, condition: str) -> str:
    """Keys of the rows of a dataset for which the condition is true, with the column at fault."""
    return f"{_head(p, column)} from {rows_view(p.platform, place)} where {condition}"


def _head(p: LandedPlatform, column: str) -> str:
    return f"select '{p.platform}' as platform, {', '.join(ROW)}, {literal(column or '')} as \"column\""


def _expect(p: LandedPlatform, name: str, zh: str, en: str, broken: str, tolerated: float = 0) -> Expectation:
    return Expectation(
        name=name, zh=zh, en=en, severity="warning", table=f"landing.{p.platform}", broken=broken, tolerated=tolerated
    )
