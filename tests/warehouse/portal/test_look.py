"""Search forgives a slip, and everybody sees what he may: masked values, and of others' nothing that was not granted."""

import duckdb
import pytest

from warehouse import ledger
from warehouse.portal import search as searching
from warehouse.portal.entity import entity
from warehouse.portal.search import search
from warehouse.portal.search_index import plain, slips, sound
from warehouse.portal.sight import Sight, sight_of

EVERYTHING = Sight(limited=False)


@pytest.fixture
def release(app):
    with app.state.shelf.release() as release:
        yield release


@pytest.fixture
def person(release):
    """A person with a name of three characters nobody shares, whom police and health both know, with a claim of each."""
    (row,) = release.rows(
        "select p.*, from base.person p where length(name) = 3 and platforms like '%gongan_hukou%' and platforms like '%weijian%'"
        " and id_number_token is not null and name in (select name from base.person group by 1 having count(*) = 1)"
        " order by mention_count desc, person_id limit 1"
    )
    return row


def found(release, typed, sight=EVERYTHING):
    return {hit.entity_id: hit.why for hit in search(release, typed, sight)}


def test_a_name_is_found_as_typed_and_with_blanks(release, person):
    assert found(release, person["name"])[person["person_id"]] == "exact"
    assert person["person_id"] in found(release, " ".join(person["name"]))


def test_a_name_is_found_by_its_pinyin(release, person):
    assert person["person_id"] in found(release, sound(person["name"]))
    assert person["person_id"] in found(release, sound(person["name"]).upper())


@pytest.mark.parametrize("slip", ["{0}{1}鑫", "{0}{2}", "{0}{1}{2}鑫", "鑫{1}{2}"])
def test_one_wrong_character_too_many_or_too_few_is_forgiven(release, person, slip):
    typed = slip.format(*person["name"])
    assert person["person_id"] in found(release, typed)


def test_two_wrong_characters_are_another_name(release, person):
    assert person["person_id"] not in found(release, person["name"][0] + "鑫淼")


def test_a_full_number_is_found_though_the_release_holds_none(release, person, city):
    import csv

    (file,) = (city / "deliveries" / "gongan_hukou").glob("*.csv")
    with file.open(encoding="gb18030", newline="") as opened:
        rows = [row for row in csv.DictReader(opened) if row["姓名"] == person["name"]]
    number = rows[0]["公民身份号码"]
    assert found(release, number) == {person["person_id"]: "number"}
    assert found(release, f" {number[:6]} {number[6:14]} {number[14:]} ") == {person["person_id"]: "number"}
    with duckdb.connect(
        str(next((release.home.portal / "search").glob("*.duckdb"))), read_only=True, config={"threads": 1}
    ) as con:
        assert con.execute("select count(*) from term where key like '%' || $n || '%'", {"n": number}).fetchone() == (
            0,
        )


def test_an_id_a_firm_and_an_address_are_found(release, person):
    assert found(release, person["person_id"].lower())[person["person_id"]] == "id"
    (firm,) = release.rows(
        "select enterprise_id, name, credit_code from base.enterprise where credit_code is not null order by 1 limit 1"
    )
    assert found(release, firm["name"])[firm["enterprise_id"]] == "exact"
    assert firm["enterprise_id"] in found(release, firm["name"][3:9])
    assert firm["enterprise_id"] in found(release, firm["credit_code"].lower())
    (home,) = release.rows(
        "select * from base.housing where road is not null and building is not null and room is not null order by 1 limit 1"
    )
    typed = f"{home['road']}{home['road_number'] or ''}号 {home['building']}幢 {home['room']}室"
    hits = found(release, f"{home['estate']} {home['building']} {home['room']}" if home["estate"] else typed)
    assert home["housing_id"] in hits


@pytest.mark.parametrize(
    "typed", ["", " ", "张", "%", "'; drop table x", "\\", "(((", "[", "9" * 100, "a" * 5000, "\x00\x00"]
)
def test_nothing_that_is_typed_breaks_anything(release, typed):
    assert isinstance(search(release, typed, EVERYTHING), list)


def test_a_department_finds_what_its_platforms_know_by_what_it_was_granted(release, person, app):
    granted = [(kind, attribute) for kind, attribute in sight_of(account(app, "health"), release).granted]
    assert granted
    assert person["person_id"] in found(
        release, person["name"], Sight(True, frozenset(["gongan_hukou"]), frozenset([("person", "name")]))
    )
    assert found(release, person["name"], Sight(True, frozenset(["gongan_hukou"]))) == {}
    assert (
        found(release, person["name"], Sight(True, frozenset(["wangge_huafen"]), frozenset([("person", "name")]))) == {}
    )


def account(app, name):
    return next(a for a in app.state.accounts.all() if a.name == name)


def test_a_page_shows_values_with_their_source_mentions_and_relations(visit, person):
    text = visit("analyst").get(f"/entities/{person['person_id']}").text
    for said in (person["name"], person["id_number_masked"], "户籍人口", "网格", "沿革", "新生"):
        assert said in text
    assert person["id_number_token"] not in text


def test_a_department_sees_granted_values_and_its_own_claims_alone(visit, release, person, app):
    sight = sight_of(account(app, "health"), release)
    rows = release.rows(
        "select attribute, platform, role, value from evidence.attribute where entity_id = ? and value is not null",
        person["person_id"],
    )
    text = visit("health").get(f"/entities/{person['person_id']}").text
    shown = {r["value"] for r in rows if sight.sees_claim("person", r["attribute"], r["platform"], r["role"])}
    hidden = {
        r["value"] for r in rows if not sight.sees_claim("person", r["attribute"], r["platform"], r["role"])
    } - shown
    hidden = {value for value in hidden if len(value) > 3 and not any(value in other for other in shown)}
    assert hidden, "the test has something to hide"
    assert [value for value in hidden if value in text] == []
    assert "户籍人口_" not in text  # where a row of the police's stands is the police's


def test_what_a_platform_does_not_share_is_for_its_own_department(release, person):
    claims = release.rows(
        "select platform, role, value from evidence.attribute where entity_id = ? and attribute = 'name' and is_golden",
        person["person_id"],
    )
    withheld = frozenset((c["platform"], c["role"], "person", "name") for c in claims)
    granted = frozenset([("person", "name")])
    stranger = Sight(True, frozenset(["gongan_hukou"]), granted, withheld)
    assert person["person_id"] in found(release, person["name"], stranger)  # its own claim is among those withheld
    for platforms in (["weijian_jiankang"], []):
        reader = Sight(bool(platforms), frozenset(platforms), granted, withheld - {("weijian_jiankang", "subject", "person", "name")} if platforms else withheld)  # fmt: skip
        hits = found(release, person["name"], reader)
        assert (person["person_id"] in hits) == bool(platforms)
    shown = entity(release, person["person_id"], Sight(False, withheld=withheld))
    assert shown.title != person["name"]
    assert "name" not in {value.attribute for value in shown.values if value.text}
    assert all(not value.claims for value in shown.values if value.attribute == "name")


def test_an_entity_of_others_is_not_there_for_a_department(visit, release, app):
    own = sight_of(account(app, "health"), release).platforms
    (row,) = [r for r in release.rows("select enterprise_id as id, platforms from base.enterprise order by 1") if own.isdisjoint(r["platforms"].split())][:1]  # fmt: skip
    assert visit("health").get(f"/entities/{row['id']}").status_code == 404
    assert visit("analyst").get(f"/entities/{row['id']}").status_code == 200


@pytest.mark.parametrize("entity", ["P0000000A", "330291199001011234", "x", "P5", "%27"])
def test_what_is_no_entity_is_not_there(visit, entity):
    assert visit("analyst").get(f"/entities/{entity}").status_code == 404


def test_what_was_searched_for_stands_nowhere_in_the_clear(visit, person, portal_home):
    analyst = visit("analyst")
    analyst.post("/search", typed=person["name"])
    analyst.get(f"/entities/{person['person_id']}")
    view, searched = list(ledger.ledger_lines(portal_home, 2))
    assert (view["act"], view["about"]["entity"]) == ("view", person["person_id"])
    assert (searched["act"], searched["by"], searched["about"]["found"]) == ("search", "analyst", 1)
    assert person["name"] not in portal_home.acts.read_text()


def test_searches_are_paced(visit):
    analyst = visit("analyst")
    assert {analyst.post("/search", typed="没有").status_code for _ in range(61)} == {200, 429}


def test_keys_fold_what_people_write_differently():
    assert plain(" Ａ·ｂ（中）　国 ") == "AB中国"
    assert sound("张三A") == "zhangsana"
    assert set(slips("abc")) == {"abc", "bc", "ac", "ab"}


def test_a_city_at_a_glance(visit, release):
    text = visit("analyst").get("/city").text
    (count,) = release.rows("select count(*) as n from base.person")
    for said in (f"{count['n']:,}", "公安局", "记录与实体", release.version):
        assert said in text


@pytest.mark.parametrize("kind", ["person", "housing", "enterprise"])
def test_of_many_that_sound_alike_the_same_are_shown_though_few_are_read_whole(release, monkeypatch, kind):
    rows = release.rows(f"select {kind}_id as id from base.{kind} order by 1 limit 60")
    hits = {(kind, row["id"]): ("sound", "name") for row in rows}
    whole = searching._shown(release, hits, EVERYTHING, "王丽")
    monkeypatch.setattr(searching, "READ", searching.LIMIT)
    assert searching._shown(release, hits, EVERYTHING, "王丽") == whole
    assert len(whole) == searching.LIMIT
