"""A first look at the base library: `marimo edit docs/notebook.py` (extra `notebook`), or `marimo run`.

The library is `ONENET_HOME/one_network.duckdb`, else `.home/one_network.duckdb`; it is only read.
"""

import marimo

app = marimo.App(width="medium", app_title="One Network 一张网")


@app.cell
def _():
    import os
    from pathlib import Path

    import altair as alt
    import duckdb
    import marimo as mo

    library = Path(os.environ.get("ONENET_HOME", ".home")) / "one_network.duckdb"
    con = duckdb.connect(str(library.resolve()), read_only=True)
    version, deliveries = con.sql("select version, deliveries from catalogue.release").fetchone()
    mo.md(f"# 一张网 · One Network\n\n发布版 **{version}**，来自 {deliveries} 个交付批次。")
    return alt, con, mo


@app.cell
def _(con, mo):
    totals = con.sql(
        """
        select entity_kind, count(distinct entity_id) as entities, count(*) as mentions
        from link.mention group by entity_kind order by entity_kind
        """
    ).df()
    titles = {"person": "人口", "housing": "房屋", "enterprise": "企业"}
    mo.hstack(
        [
            mo.stat(
                f"{row.entities:,}",
                label=titles.get(row.entity_kind, row.entity_kind),
                caption=f"{row.mentions:,} 提及",
            )
            for row in totals.itertuples()
        ]
    )
    return


@app.cell
def _(alt, con, mo):
    # A map without coordinates: every grid is a rectangle inside its community and street, as large as its population.
    grids = con.sql(
        """
        select s.name as street, c.name as community, b.name as grid, b.persons, b.households, b.person_balance::varchar as balance
        from quality.grid_balance b
        join base.grid c on c.grid_code = b.community_code
        join base.grid s on s.grid_code = b.street_code
        order by s.grid_code, c.grid_code, b.grid_code
        """
    ).df()
    grids["number"] = grids.groupby("street").cumcount()
    grid_map = (
        alt.Chart(grids)
        .mark_rect(stroke="white")
        .encode(
            x=alt.X("number:O", title=None, axis=None),
            y=alt.Y("street:N", title=None),
            color=alt.Color("persons:Q", title="人口数", scale=alt.Scale(scheme="blues")),
            tooltip=["street", "community", "grid", "persons", "households", "balance"],
        )
        .properties(title="网格树：街道、社区、网格 · the grid tree by population", width=600)
    )
    mo.ui.altair_chart(grid_map, chart_selection=False)
    return


@app.cell
def _(con, mo):
    nodes = con.sql(
        "select grid_code, parent_code, name, level, person_count from base.grid order by grid_code"
    ).fetchall()
    children: dict[str | None, list[tuple]] = {}
    for _node in nodes:
        children.setdefault(_node[1], []).append(_node)

    def branch(code, depth):
        """The nodes below one as nested lists, two levels deep."""
        return {
            f"{name}（{count:,} 人）": branch(own, depth - 1) if depth else {}
            for own, _, name, _, count in children.get(code, [])
        }

    mo.vstack([mo.md("### 网格树 · the grid tree"), mo.tree(branch(None, 2))])
    return


@app.cell
def _(alt, con, mo):
    ages = con.sql(
        """
        with today as (select max(last_delivered_on) as day from catalogue.platform)
        select datediff('year', birth_date, day) // 5 * 5 as age, sex::varchar as sex, count(*) as persons
        from base.person cross join today
        where birth_date is not null and sex is not null and deregistered is null
        group by all order by all
        """
    ).df()
    pyramid = (
        alt.Chart(ages)
        .mark_bar()
        .encode(
            x=alt.X("age:O", title="年龄"), y=alt.Y("persons:Q", title="人数"), color=alt.Color("sex:N", title="性别")
        )
        .properties(title="人口年龄结构 · age and sex", width=600)
    )
    mo.ui.altair_chart(pyramid, chart_selection=False)
    return


@app.cell
def _(alt, con, mo):
    quality = con.sql(
        "select title_zh as platform, quality_score, freshness::varchar as freshness from catalogue.platform "
        "where quality_score is not null order by quality_score desc, platform"
    ).df()
    scores = (
        alt.Chart(quality)
        .mark_bar()
        .encode(
            x=alt.X("quality_score:Q", title="质量得分"),
            y=alt.Y("platform:N", sort="-x", title=None),
            color="freshness:N",
        )
        .properties(title="平台质量与时效 · quality and freshness", width=600)
    )
    mo.ui.altair_chart(scores, chart_selection=False)
    return


@app.cell
def _(con, mo):
    question = mo.ui.text_area(
        value="select 网格.名称, 网格.人口数 from 一张网.网格 where 层级 = '网格' order by 人口数 desc limit 10",
        label="SQL",
        full_width=True,
    )
    question
    return (question,)


@app.cell
def _(con, mo, question):
    mo.ui.table(con.sql(question.value).df())
    return


if __name__ == "__main__":
    app.run()
