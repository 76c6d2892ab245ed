from __future__ import annotations

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from pipelines.standardise.enterprise import EnterpriseNames

CASES = "enterprise_names.yaml"
GRAMMAR = EnterpriseNames.of_places(["云溪市", "柳塘镇", "石桥街道", "南浦乡"])

brands = st.text(alphabet="恒禾永丰瑞祥嘉泰景", min_size=2, max_size=3)
regions = st.sampled_from(["", "云溪市", "云溪", "浙江", "云溪市柳塘"])
trades = st.sampled_from(["电子科技", "五金制品", "建筑工程", "餐饮管理", "新材料"])
forms = st.sampled_from(["有限公司", "有限责任公司", "股份有限公司", "厂"])


def one(cell: str) -> dict[str, str | None]:
    return GRAMMAR(pa.array([cell])).to_pylist()[0]


def test_a_name_falls_into_its_parts(case):
    found = one(case["cell"])
    parts = {
        "region": "region",
        "brand": "brand",
        "trade": "trade",
        "legal_form": "form",
        "branch": "branch",
        "name_form": "kind",
    }
    assert {column: found[column] for column in parts} == {column: case.get(key) for column, key in parts.items()}
    if "key" in case:
        assert found["name_key"] == case["key"]


@given(regions, brands, trades, forms)
def test_parts_put_together_are_found_again(region, brand, trade, form):
    found = one(region + brand + trade + form)
    assert (found["region"] or "", found["brand"], found["trade"]) == (region, brand, trade)
    assert found["legal_form"] == form.replace("有限责任公司", "有限公司")


@given(brands, trades)
def test_the_brand_is_the_same_with_and_without_region_and_form(brand, trade):
    written = [
        f"云溪市{brand}{trade}有限公司",
        f"{brand}{trade}有限责任公司",
        f"云溪{brand}{trade}",
        f"{brand}（云溪）{trade}有限公司",
    ]
    assert {one(name)["brand"] for name in written} == {brand}


@given(st.text(max_size=16))
def test_no_cell_makes_the_reader_fail_and_a_name_has_a_brand(cell):
    found = one(cell)
    assert (found["name"] is None) == (found["name_form"] is None)
    assert (found["brand"] is None) == (found["brand_pinyin"] is None)


def test_without_a_tree_the_grammar_still_knows_regions_by_their_suffix():
    found = EnterpriseNames()(pa.array(["云溪市柳塘镇恒禾五金店"])).to_pylist()[0]
    assert (found["region"], found["brand"]) == ("云溪市柳塘镇", "恒禾")


def test_a_shop_is_named_alike_with_its_region_cut_from_the_front():
    keys = [one(name) for name in ("云溪市柳塘老孟修理部", "柳塘老孟修理部", "云溪柳塘老孟修理部")]
    assert {(k["brand"], k["trade"]) for k in keys} == {("老孟", "修理部")}


@given(st.sampled_from(["柳塘镇", "南浦乡"]), st.sampled_from(["", "云溪市", "云溪", "浙江省云溪市"]))
def test_a_public_body_is_named_alike_with_anything_around_its_division(town, around):
    assert one(f"{around}{town}政府")["name_key"] == f"{town}人民政府"


def test_where_a_city_has_districts_a_department_is_that_of_its_own():
    grammar = EnterpriseNames.of_places(["东区", "西区", "柳塘街道", "石桥街道", "石桥街道"])
    named = [
        "东区住建局",
        "云溪市东区住建局",
        "西区住建局",
        "住建局",
        "东区柳塘街道办",
        "柳塘街道办事处",
        "东区石桥街道办",
        "石桥街道办",
    ]
    found = grammar(pa.array(named)).to_pylist()
    bodies = [f["name_key"] if f["name_form"] == "public_body" else None for f in found]
    assert bodies[:4] == ["东区住房和城乡建设局", "东区住房和城乡建设局", "西区住房和城乡建设局", None]
    assert bodies[4:] == ["柳塘街道办事处", "柳塘街道办事处", "东区石桥街道办事处", None]
