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
    version, deliveries = con.execute("select version, deliveries from catalogue.release").fetchone()
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
    titles = dict(
        con.sql("select source_value, value from catalogue.code where code_table = 'release.entity_kind'").fetchall()
    )
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
    # A map without coordinates: a bar per street, every grid a piece of it as long as its population.
    grids = con.sql(
        """
        select s.名称 as street, c.名称 as community, b.名称 as grid, b.网格编码 as code, b.人口数 as persons, b.住户数 as households,
            b.人口规模 as balance
        from 一张网.网格规模 b
        join 一张网.网格 c on c.编码 = b.社区编码
        join 一张网.网格 s on s.编码 = b.街道编码
        order by code
        """
    ).df()
    grid_map = (
        alt.Chart(grids)
        .mark_bar(stroke="white")
        .encode(
            x=alt.X("persons:Q", title="人口数 persons"),
            y=alt.Y("street:N", title=None, sort="-x"),
            order=alt.Order("code:N"),
            color=alt.Color(
                "balance:N",
                title="人口规模 size",
                scale=alt.Scale(domain=["偏小", "适中", "偏大"], range=["#a9c9dd", "#3a7ca5", "#c8553d"]),
            ),
            tooltip=["street", "community", "grid", "persons", "households", "balance"],
        )
        .properties(title="各街道的网格，长短按人口 · the grids of every street by population", width=600)
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

    def told(node):
        """A node as a line."""
        return f"{node[2]}（{node[4]:,} 人）"

    def below(code, depth=0):
        """The nodes below one as a nested list."""
        return "".join(f"{'    ' * depth}- {told(n)}\n{below(n[0], depth + 1)}" for n in children.get(code, []))

    _streets = [node for node in nodes if node[3] == "street"]
    mo.vstack([mo.md("### 网格树 · the grid tree"), mo.accordion({told(s): mo.md(below(s[0])) for s in _streets})])
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
            x=alt.X("age:O", title="年龄 age", axis=alt.Axis(labelAngle=0)),
            y=alt.Y("persons:Q", title="人数 persons"),
            color=alt.Color(
                "sex:N", title="性别 sex", scale=alt.Scale(domain=["男", "女"], range=["#3a7ca5", "#e08e45"])
            ),
        )
        .properties(title="人口年龄结构 · age and sex", width=600)
    )
    mo.ui.altair_chart(pyramid, chart_selection=False)
    return


@app.cell
def _(alt, con, mo):
    quality = con.sql(
        "select 名称 as platform, 质量得分 as quality_score, 时效 as freshness from 一张网.平台目录 "
        "where 质量得分 is not null order by quality_score desc, platform"
    ).df()
    scores = (
        alt.Chart(quality)
        .mark_bar()
        .encode(
            x=alt.X("quality_score:Q", title="质量得分 score", axis=alt.Axis(tickCount=5)),
            y=alt.Y("platform:N", sort="-x", title=None),
            color=alt.Color("freshness:N", title="时效 freshness", scale=alt.Scale(domain=["及时", "待更新", "逾期"])),
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
