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

from pipelines.resolution.questions import sides_of
from pipelines.stages.portal_review import HomeReview
from warehouse import judgements, ledger
from warehouse.model import Home
from warehouse.portal.desk import Desk
from warehouse.portal.extracts import extract
from warehouse.review import Question, lines_of, steps_of
from warehouse.verification import requests_of

from .conftest import PASSWORD, with_accounts, with_rejected_rows

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
PHONE = {"width": 390, "height": 800}


class MoreQuestions(HomeReview):
    """The review of the home, and, because so small a city leaves few questions, some about neighbours in a table."""

    def __init__(self, home: Home) -> None:
        super().__init__(home)
        self._real = home

    def questions(self, limit: int) -> list[Question]:
        sides = sides_of(self._real, "person", range(60))
        judged = judgements.read(self._real).to_pylist()
        gone = {(line["left_row_key"], line["right_row_key"]) for line in judged if line["verdict"] != "withdrawn"}
        made = [
            Question(
                lines_of(self._real.data_model, "person"),
                sides[n],
                sides[n + 1],
                "review",
                0.5,
                1,
                steps_of({}, {}, 0.0),
            )
            for n in range(0, 60, 2)
        ]
        keys = [tuple(sorted((q.left.identity, q.right.identity))) for q in made]
        fresh = [q for q, (a, b) in zip(made, keys, strict=True) if (a.row_key, b.row_key) not in gone]
        return [*super().questions(limit), *fresh][:limit]


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


PLACES = {
    "police": ("/department", "/department/platforms/gongan_hukou", "/department/extracts", "/department/extracts/latest", "/department/work", "/department/verification", "/search"),
    "steward": ("/review", "/judgements"),
    "analyst": ("/city", "/search"),
    "auditor": ("/ledger",),
    "admin": ("/accounts", "/password"),
}  # fmt: skip


@pytest.mark.parametrize("name", PLACES)
def test_every_page_fits_a_phone_and_can_be_walked_by_keyboard(sign_in, address, name):
    page = sign_in(name, viewport=PHONE)
    for path in PLACES[name]:
        page.goto(address + path)
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
def test_axe_finds_nothing(sign_in, address, name, theme):
    from axe_playwright_python.sync_playwright import Axe

    page = sign_in(name, color_scheme=theme, bypass_csp=True)  # axe is a script the pages don't load
    for path in PLACES[name]:
        page.goto(address + path)
        found = Axe().run(page).response["violations"]
        assert [(v["id"], v["impact"], v["nodes"][0]["html"]) for v in found] == [], path


def test_both_themes_have_enough_contrast(sign_in, address):
    """Text against what lies under it, WCAG 2.2: 4.5 to 1."""
    for theme in ("light", "dark"):
        page = sign_in("police", color_scheme=theme)
        for path in ("/department", "/department/platforms/gongan_hukou", "/department/extracts/latest"):
            page.goto(address + path)
            assert page.evaluate(CONTRAST) == [], (theme, path)


CONTRAST = """() => {
  const colour = (text) => (text.match(/[\\d.]+/g) || []).map(Number);
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((c) => { c /= 255; return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; });
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const ground = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const found = colour(getComputedStyle(e).backgroundColor);
      if (found.length === 3 || found[3] > 0) return found;
    }
    return [255, 255, 255];
  };
  const poor = [];
  for (const element of document.querySelectorAll("body *:not(svg *)")) {
    if (![...element.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim())) continue;
    if (!element.offsetParent || element.closest(".visually-hidden")) continue;
    const [a, b] = [light(colour(getComputedStyle(element).color)), light(ground(element))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) poor.push(`${element.tagName}.${element.className} ${ratio.toFixed(2)}`);
  }
  return [...new Set(poor)];
}"""
