"""The portal in Chromium: what people do with it, by mouse, by keyboard and on a phone; nothing comes from outside.

Skipped where there is no Chromium; `.ci/run` installs it and fails if these were skipped.
"""

from __future__ import annotations

import shutil
import socket
import threading
import time
from collections.abc import Iterator

import openpyxl
import pytest
import uvicorn

from warehouse import judgements, ledger
from warehouse.model import Home
from warehouse.portal import Role, read_oidc_settings
from warehouse.portal.desk import Desk
from warehouse.portal.extracts import extract
from warehouse.portal.oidc import Provider
from warehouse.verification import requests_of

from .conftest import PASSWORD, with_accounts, with_rejected_rows
from .in_a_browser import CONTRAST, MoreQuestions
from .provider import CLIENT, SECRET, small_provider

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
PHONE = {"width": 390, "height": 800}


@pytest.fixture(scope="module")
def portal_home(finished_home, tmp_path_factory) -> Home:
    """A home of its own: the steward here answers every question there is."""
    return with_rejected_rows(finished_home, tmp_path_factory.mktemp("browser") / "home")


@pytest.fixture(scope="module")
def app(portal_home, quick_passwords):
    return with_accounts(portal_home)


@pytest.fixture(scope="module")
def address(app, portal_home) -> Iterator[str]:
    """The portal, served."""
    app.state.desk = Desk(MoreQuestions(portal_home))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(app, port=port, access_log=False, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(10)


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield browser
        browser.close()


@pytest.fixture
def sign_in(browser, address, app):
    """Opens a page for somebody; whatever the browser complains of, or asks of the outside, fails the test."""
    complaints, contexts = [], []
    app.state.pace.__init__()

    def sign_in(name: str, **context):
        opened = browser.new_context(accept_downloads=True, **context)
        contexts.append(opened)
        page = opened.new_page()
        page.set_default_timeout(20_000)
        page.on("console", lambda m: complaints.append(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda r: complaints.append(r.url) if not r.url.startswith(address) else None)
        page.goto(f"{address}/sign-in")
        page.fill("[name=name]", name)
        page.fill("[name=password]", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: "sign-in" not in url)
        return page

    yield sign_in
    for context in contexts:
        context.close()
    assert complaints == []


def test_an_officer_finds_why_a_row_was_sent_back_in_one_click(sign_in):
    page = sign_in("police")
    page.click("text=看退回原因与行号")
    rows = page.locator("#rejected table").nth(1).locator("tbody tr")
    assert rows.count() == 2
    assert "12" in rows.nth(0).inner_text()
    assert "应为12个" in rows.nth(0).inner_text()
    assert page.locator("#rejected-title").is_visible()


def test_a_department_says_what_for_and_gets_its_workbook(sign_in, portal_home, app, tmp_path):
    with app.state.accounts.transaction() as con:
        con.execute("delete from purpose")
    page = sign_in("police")
    page.click("nav >> text=回流数据")
    page.click("tbody a")
    assert page.locator("a[download]").count() == 0
    page.check("text=业务办理中核验")
    page.click("text=写明用途并下载")
    with page.expect_download() as begun:
        page.locator("a[download]", has_text=".xlsx").first.click()
    begun.value.save_as(tmp_path / "got.xlsx")
    name = begun.value.suggested_filename
    assert (tmp_path / "got.xlsx").read_bytes() == extract(portal_home, "gongan", "latest").file(name).read_bytes()
    told = next(line for line in ledger.ledger_lines(portal_home, 10) if line["act"] == "download")
    assert told["about"]["purpose"] == "业务办理中核验"


def test_a_department_accepts_and_refuses_corrections_and_the_source_answers(sign_in, portal_home):
    page = sign_in("health")
    page.click("nav >> text=工作清单")
    page.click(".filters >> text=更正")
    items = page.locator(".findings > .finding")
    accepted = items.nth(0).get_attribute("aria-label")
    items.nth(0).locator("button", has_text="采纳").first.click()
    items.nth(0).locator(".badge", has_text="已采纳").wait_for()
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == accepted
    at = next(n for n in range(1, items.count()) if "公安局" in items.nth(n).inner_text())
    refused = items.nth(at)
    refused.locator("summary").click()
    refused.locator("button", has_text="提交").click()
    refused.locator("[role=alert]").wait_for()  # neither a reason nor a value
    refused.locator("[name=right_value]").fill("13905128877")
    refused.locator("[name=why]").fill("已电话核实")
    refused.locator("button", has_text="提交").click()
    refused.locator(".badge", has_text="校核中").wait_for()
    page.click("nav >> text=校核")
    rows = page.locator("tbody tr")
    assert ("已采纳" in rows.nth(1).inner_text(), "13905128877" in rows.nth(0).inner_text()) == (True, True)
    made = list(requests_of(portal_home).values())
    assert [(r.state, r.department, r.said_by) for r in made] == [
        ("accepted", "weijian", "health"), ("open", "weijian", "health"),
    ]  # fmt: skip
    source = sign_in("police")
    source.click("nav >> text=校核")
    asked = source.locator(".finding", has_text=made[1].request_id)
    assert "13905128877" in asked.inner_text()
    asked.locator("[name=why]").fill("录入有误")
    asked.locator("button", has_text="撤回").click()
    source.locator("text=没有待答复的校核").wait_for()
    assert requests_of(portal_home)[made[1].request_id].state == "conceded"
    assert ledger.verify(portal_home).whole


def test_a_filled_in_workbook_is_uploaded(sign_in, portal_home, tmp_path):
    (folder,) = portal_home.extract("weijian", "").iterdir()
    book = openpyxl.load_workbook(next(folder.glob("*.xlsx")))
    sheet = book["缺失可补"]
    at = {cell.value: cell.column for cell in sheet[1]}
    sheet.cell(2, at["答复"]).value = "采纳"
    sheet.cell(3, at["答复"]).value = "不采纳"
    book.save(tmp_path / "filled.xlsx")
    page = sign_in("health")
    page.click("nav >> text=工作清单")
    page.set_input_files("[name=file]", tmp_path / "filled.xlsx")
    page.click("button >> text=上传")
    assert "已导入答复 1" in page.locator("[role=status]").first.inner_text()
    assert "缺失可补" in page.locator("table").inner_text()


EXCHANGED = ".htmx-request, .htmx-swapping, .htmx-settling, .htmx-added"
"""What is still being sent, or put in the place of something else."""


def test_a_steward_decides_twenty_questions_by_keyboard_and_takes_one_back(sign_in, portal_home):
    before = judgements.read(portal_home).num_rows
    page = sign_in("steward")
    keys = "12312312312312312312"
    for number, key in enumerate(keys, start=1):
        page.wait_for_selector(f".progress strong:text-is('{number - 1}')")
        page.wait_for_selector(EXCHANGED, state="detached")  # a key struck before is lost, as it should be
        page.keyboard.press(key)
    page.wait_for_selector(".progress strong:text-is('20')")
    lines = judgements.read(portal_home).to_pylist()[before:]
    words = {"1": "same", "2": "different", "3": "unsure"}
    assert [line["verdict"] for line in lines] == [words[key] for key in keys]
    assert {line["judged_by"] for line in lines} == {"steward"}
    page.keyboard.press("z")
    page.wait_for_selector(".progress strong:text-is('19')")
    assert judgements.read(portal_home).to_pylist()[-1]["verdict"] == "withdrawn"
    assert page.locator("[role=status]").inner_text().startswith("已撤回")


def test_a_key_typed_into_the_reason_is_no_verdict(sign_in, portal_home):
    page = sign_in("steward")
    before = judgements.read(portal_home).num_rows
    page.locator("[name=why]").press_sequentially("123z")
    assert page.locator("[name=why]").input_value() == "123z"
    assert judgements.read(portal_home).num_rows == before


def test_a_search_answers_beside_the_form_and_leads_to_an_entity(sign_in, app):
    with app.state.shelf.release() as release:
        name = release.rows("select name from base.person where length(name) = 3 order by mention_count desc limit 1")[
            0
        ]["name"]
    page = sign_in("analyst")
    page.goto(page.url.replace("/city", "/search"))
    page.fill("#typed", name)
    page.keyboard.press("Enter")
    page.wait_for_selector("#found h2")
    assert page.url.endswith("/search")
    page.locator("#found a", has_text=name).first.click()
    page.wait_for_selector("h1")
    assert name in page.locator("h1").inner_text()
    page.locator("summary").first.click()
    assert page.locator(".claims li").first.is_visible()


def test_an_auditor_verifies_the_ledger_and_sees_what_was_touched(sign_in, portal_home):
    page = sign_in("auditor")
    page.click("text=核验全部")
    assert "完整" in page.locator("#report").inner_text()
    whole = portal_home.acts.read_bytes()
    try:
        portal_home.acts.write_bytes(whole.replace(b'"by": "analyst"', b'"by": "admin"', 1))
        page.click("text=核验全部")
        assert "1 处问题" in page.locator("#report").inner_text()
        assert "被改动" in page.locator("section.card").inner_text()
    finally:
        portal_home.acts.write_bytes(whole)
        portal_home.acts_head.unlink()


def test_an_administrator_makes_an_account_that_must_change_its_password(sign_in, browser, address):
    page = sign_in("admin")
    form = page.locator("section[aria-labelledby=new]")
    form.locator("[name=name]").fill("newcomer")
    form.locator("[name=role]").select_option("department")
    form.locator("[name=department]").select_option("gongan")
    form.locator("button.main").click()
    first = page.locator(".notice .code").inner_text()
    context = browser.new_context()
    guest = context.new_page()
    guest.goto(f"{address}/sign-in")
    guest.fill("[name=name]", "newcomer")
    guest.fill("[name=password]", first)
    guest.keyboard.press("Enter")
    guest.wait_for_url("**/password")
    guest.fill("[name=former]", first)
    guest.fill("[name=password]", PASSWORD)
    guest.fill("[name=again]", PASSWORD)
    guest.click("button.main")
    guest.wait_for_url("**/department")
    assert "公安局" in guest.locator("h1").inner_text()
    page.locator("tr", has_text="newcomer").locator("text=停用").click()
    guest.reload()
    assert guest.url.endswith("/sign-in")
    context.close()


@pytest.fixture(scope="module")
def person(app) -> str:
    """Somebody with relations."""
    with app.state.shelf.release() as release:
        query = (
            "select person_id from link.person_housing where is_current group by 1 order by count(*) desc, 1 limit 1"
        )
        return str(release.rows(query)[0]["person_id"])


PLACES = {
    "police": ("/department", "/department/platforms/gongan_hukou", "/department/extracts", "/department/extracts/latest", "/department/work", "/department/verification", "/search"),
    "steward": ("/review", "/judgements"),
    "analyst": ("/city", "/search", "/map", "/map?measure=balance", "/entities/{person}"),
    "auditor": ("/ledger",),
    "admin": ("/accounts", "/password"),
}  # fmt: skip


@pytest.mark.parametrize("name", PLACES)
def test_every_page_fits_a_phone_and_can_be_walked_by_keyboard(sign_in, address, name, person):
    page = sign_in(name, viewport=PHONE)
    for path in PLACES[name]:
        page.goto(address + path.format(person=person))
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0, path
        assert page.locator("h1").count() == 1, path
        assert page.evaluate("document.documentElement.lang") == "zh-CN"
        unnamed = page.evaluate(
            "[...document.querySelectorAll('input:not([type=hidden]), select, button')]"
            ".filter(e => !(e.labels?.length || e.innerText?.trim() || e.getAttribute('aria-label'))).length"
        )
        assert unnamed == 0, path
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") in ("skip", "") or path == "/search"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", PLACES)
def test_axe_finds_nothing(sign_in, address, name, theme, person):
    from axe_playwright_python.sync_playwright import Axe

    page = sign_in(name, color_scheme=theme, bypass_csp=True)  # axe is a script the pages don't load
    for path in PLACES[name]:
        page.goto(address + path.format(person=person))
        page.wait_for_load_state("networkidle")
        found = Axe().run(page).response["violations"]
        assert [(v["id"], v["impact"], v["nodes"][0]["html"]) for v in found] == [], path


def test_both_themes_have_enough_contrast(sign_in, address):
    """Text against what lies under it, WCAG 2.2: 4.5 to 1."""
    for theme in ("light", "dark"):
        page = sign_in("police", color_scheme=theme)
        for path in ("/department", "/department/platforms/gongan_hukou", "/department/extracts/latest"):
            page.goto(address + path)
            assert page.evaluate(CONTRAST) == [], (theme, path)


def test_a_grid_is_shown_on_the_map_from_its_table_by_keyboard(sign_in, address):
    page = sign_in("analyst")
    page.click("nav >> text=网格图")
    page.locator("#map path.grid").first.wait_for()
    rows = page.locator("#grids tbody tr")
    assert page.locator("#map path.grid").count() == rows.locator("button").count() > 0
    rows.nth(0).locator("button").focus()
    page.keyboard.press("Enter")
    assert page.locator("#map path.chosen").count() == 1
    name, figure = rows.nth(0).locator("th").inner_text().strip(), rows.nth(0).get_attribute("data-figure")
    assert page.locator("#map-says").inner_text() == f"{name}：{figure}"
    page.select_option("[name=measure]", "balance")
    page.click("main button.main")
    page.locator("#map path.b0, #map path.b1, #map path.b2").first.wait_for()


def test_relations_are_drawn_from_their_table_and_lead_on(sign_in, address, person):
    page = sign_in("analyst")
    page.goto(f"{address}/entities/{person}")
    page.locator("#graph canvas").wait_for()
    drawn = page.evaluate(
        "echarts.getInstanceByDom(document.querySelector('.graph')).getOption().series[0].data.map(n => n.id)"
    )
    listed = page.locator("#ties-table tbody tr").evaluate_all("rows => rows.map(r => r.dataset.entity)")
    assert {node for node in drawn if node and "corner" not in node} == set(listed)
    assert page.locator("#graph .graph").get_attribute("role") == "img"


def test_who_signs_in_at_the_provider_of_another_site_arrives_and_leaves(browser, address, portal_home, app, tmp_path):
    with small_provider() as provider:
        provider.user = {"sub": "17", "preferred_username": "officer"}
        (tmp_path / "secret").write_text(SECRET)
        (tmp_path / "oidc.yaml").write_text(
            f"issuer: {provider.issuer}\nclient_id: {CLIENT}\nredirect_uri: {address}/oidc/callback\n"
            f"client_secret: {{file: {tmp_path / 'secret'}}}\n"
        )
        app.state.accounts.add_federated("officer", Role.department, "gongan")
        app.state.provider = Provider(read_oidc_settings(tmp_path / "oidc.yaml"))
        context = browser.new_context()
        page = context.new_page()
        page.goto(f"{address}/sign-in")
        page.click("text=统一身份认证")
        page.wait_for_url("**/department")
        assert "公安局" in page.locator("h1").inner_text()
        page.click("text=退出")
        page.wait_for_url("**/oidc/signed-out")
        page.click("text=退出统一身份认证")
        page.wait_for_url("**/logout?**")
        page.goto(f"{address}/department")
        assert page.url.endswith("/sign-in")
        context.close()
        app.state.provider = None
