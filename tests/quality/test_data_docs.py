"""Data docs: pages of all checks that open from a folder, with no network, and hold no value of a person."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from html import unescape
from pathlib import Path

import pyarrow as pa
import pytest

from quality.data_docs import build_data_docs
from quality.suites import examine
from tests.quality.conftest import filled
from warehouse.model.data_model import shipped
from warehouse.model.quality import EXPECTATION, FAILING_ROW, SCORECARD

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
BROWSER = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed; on Debian: apt install chromium")
REFERENCE = re.compile(r"""(?:src|href)\s*=\s*["']([^"']+)["']|url\(\s*["']?([^"')]+)|@import\s+["']([^"']+)""")


def result(suite, name, outcome="passed", severity="critical", checked=10, unexpected=0):
    return {
        "suite": suite,
        "expectation": name,
        "description": "面积小于 <100> & 大于 0",
        "description_en": "An area is below <100> & above 0",
        "severity": severity,
        "outcome": outcome,
        "checked": checked,
        "unexpected": unexpected,
    }


RESULTS = [
    result("landing.office", "keys_are_unique", "failed", "warning", unexpected=14),
    result("landing.office", "delivery_is_fresh"),
    result("golden.person", "residence_exists", "failed", unexpected=2),
    result("golden.person", "could_not_run", "error", checked=None, unexpected=None),
    result("golden.person", "sex_is_known"),
]
TITLES = {"office": ("不动产登记中心全市不动产登记", "Real estate register of the whole city")}
ROWS = [
    {
        "suite": "landing.office",
        "expectation": "keys_are_unique",
        "platform": "office",
        "file_name": "梧桐_20260309.csv",
        "sheet_name": "北",
        "row_number": number,
    }
    for number in range(1, 15)
] + [{"suite": "golden.person", "expectation": "residence_exists", "entity_id": "P-7"}]
SCORES = [
    {"platform": "office", "month": f"2026-0{m}", "claims": 10 * m, "mentions": 40, "golden_claims": 5} for m in (1, 2)
]


@pytest.fixture(scope="module")
def docs(tmp_path_factory) -> Path:
    """Pages of two suites with everything on them."""
    folder = tmp_path_factory.mktemp("home") / "data_docs"
    chart = folder.with_name("overlap.svg")
    chart.write_text("<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>", encoding="utf-8")
    results = pa.Table.from_pylist(RESULTS, schema=EXPECTATION.arrow)
    rows = pa.Table.from_pylist(ROWS, schema=FAILING_ROW.arrow)
    assert build_data_docs(folder, results, rows, filled(SCORECARD, SCORES), chart, "0007-abc", TITLES) == 2
    return folder


def text(page: Path) -> str:
    return unescape(
        re.sub(r"\s+", " ", re.sub(r"<(style|script).*?</\1>|<[^>]+>", " ", page.read_text("utf-8"), flags=re.S))
    )


def test_the_index_counts_every_suite_and_links_its_page(docs):
    index = docs / "index.html"
    assert (
        "发布版 release 0007-abc ；检查 checks 5 ，通过 passed 2 ，警告 warnings 1 ，阻断 stopped 1 ，未能执行 could not run 1"
        in text(index)
    )
    links = re.findall(r'href="([^"]+\.html)"', index.read_text("utf-8"))
    assert links == ["landing.office.html", "golden.person.html"]
    assert all((docs / link).exists() for link in links)
    assert (docs / "overlap.svg").exists()


def test_a_page_tells_each_check_and_where_the_first_rows_at_fault_stand(docs):
    page = text(docs / "landing.office.html")
    assert "面积小于 <100> & 大于 0" in page
    assert "14 / 10：梧桐_20260309.csv/北 第1行；" in page
    assert "第12行 …" in page
    assert "第13行" not in page
    assert "2 / 10：P-7 …" in text(docs / "golden.person.html")
    assert "could not run" in text(docs / "golden.person.html")


def test_platforms_and_suites_are_called_by_their_chinese_titles_with_english_and_code_beside(docs):
    index = text(docs / "index.html")
    zh, en = TITLES["office"]
    assert f"{zh} {en} · office 30" in index
    assert f"{zh} · 交付 {en}, deliveries · landing.office" in index
    assert f"人口主记录 {shipped().golden('person').en} · golden.person" in index
    assert f"{zh} · 交付 {en}, deliveries · landing.office" in text(docs / "landing.office.html")


def test_a_platform_without_a_title_shows_its_code_once(tmp_path):
    results = pa.Table.from_pylist(RESULTS[:1], schema=EXPECTATION.arrow)
    build_data_docs(tmp_path / "docs", results, scorecard=filled(SCORECARD, SCORES))
    index = text(tmp_path / "docs" / "index.html")
    assert " office 30 " in index
    assert index.count("landing.office") == 1


def test_a_fault_that_only_warns_reads_as_a_warning(docs):
    page = text(docs / "landing.office.html")
    assert "结果 outcome 警告 warning ；" in page
    assert (
        "警告 warning 面积小于 <100> & 大于 0 · An area is below <100> & above 0（keys_are_unique，不符只警告" in page
    )
    assert "通过 passed 面积" in page
    assert not any(word in page for word in ("Failed", "✘", "阻断 stopped 面积", "未能执行 could not run 面积"))


def test_a_fault_that_stops_and_a_check_that_could_not_run_read_as_such(docs):
    page = text(docs / "golden.person.html")
    assert "结果 outcome 未能执行 could not run ；" in page
    assert (
        "阻断 stopped 面积小于 <100> & 大于 0 · An area is below <100> & above 0（residence_exists，不符则阻断发布"
        in page
    )
    assert "未能执行 could not run 面积小于 <100> & 大于 0 · An area is below <100> & above 0（could_not_run，" in page


@pytest.mark.parametrize("name", ["index.html", "landing.office.html", "golden.person.html"])
def test_no_words_stand_on_a_page_in_english_alone(docs, name):
    page = re.sub(r"<(style|script).*?</\1>", "", (docs / name).read_text("utf-8"), flags=re.S)
    page = re.sub(r'<small class="beside">.*?</small>', "", page)  # English beside a Chinese title or heading
    said = {found.strip() for found in re.findall(r">([^<>]*)<", page)} - {"0007-abc", "2 / 10：P-7 …"}
    assert [words for words in said if re.search("[A-Za-z]", words) and not re.search("[\u4e00-\u9fff]", words)] == []


def test_what_the_pages_refer_to_lies_beside_them(docs):
    for file in [*docs.glob("*.html"), *docs.glob("static/*.css")]:
        found = {next(filter(None, groups)) for groups in REFERENCE.findall(file.read_text("utf-8"))}
        wanted = {r.split("?")[0] for r in found if not r.startswith(("#", "data:"))}
        assert [r for r in wanted if not (file.parent / r).exists()] == [], file.name


def test_every_vendored_file_comes_with_its_licence(docs):
    licensed = {f.name.removesuffix(".LICENSE.txt") for f in docs.glob("static/*.LICENSE.txt")}
    vendored = {f.name.split(".")[0] for f in docs.glob("static/*.min.*")}
    assert vendored <= licensed
    readme = (docs / "static" / "README.md").read_text("utf-8")
    assert all(f.name in readme for f in docs.glob("static/*") if f.suffix in (".css", ".js"))


def test_pages_hold_no_value_of_a_person(tmp_path, city):
    persons = city["mention.person"]
    place = persons.schema.get_field_index("sex")
    leaky = persons.set_column(place, "sex", pa.array(["燕北街"] * persons.num_rows, pa.string()))
    found = examine(["mention.person"], {**city, "mention.person": leaky})
    build_data_docs(tmp_path / "docs", found.results, found.rows)
    said = "".join(page.read_text("utf-8") for page in (tmp_path / "docs").glob("*.html"))
    assert "register.csv" in said
    personal = ["燕北街", *persons["name"].to_pylist(), *filter(None, persons["id_number"].to_pylist())]
    assert [value for value in personal if value in said] == []


def test_pages_are_the_same_whenever_they_are_made(tmp_path, docs):
    results = pa.Table.from_pylist(RESULTS, schema=EXPECTATION.arrow)
    pages = []
    for name in ("one", "two"):
        build_data_docs(tmp_path / name, results, version="0001-x")
        page = (tmp_path / name / "golden.person.html").read_text("utf-8")
        pages.append(re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "", page))  # random ids of elements
    assert pages[0] == pages[1]


def test_former_pages_are_gone(tmp_path):
    build_data_docs(tmp_path / "docs", pa.Table.from_pylist(RESULTS, schema=EXPECTATION.arrow))
    build_data_docs(tmp_path / "docs", pa.Table.from_pylist(RESULTS[:1], schema=EXPECTATION.arrow))
    assert sorted(p.name for p in (tmp_path / "docs").glob("*.html")) == ["index.html", "landing.office.html"]


def browse(page: Path, folder: Path, *options: str) -> tuple[str, set[str]]:
    """The page as Chromium has it after its scripts ran, and every address the page asked for; no name can be resolved."""
    log = folder / "net.json"
    shown = subprocess.run(
        [
            str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
            "--disable-background-networking", "--disable-component-update", "--no-first-run",
            "--host-resolver-rules=MAP * ~NOTFOUND", f"--user-data-dir={folder / 'profile'}", f"--log-net-log={log}",
            "--virtual-time-budget=4000", *options, "--dump-dom", page.as_uri(),
        ],
        capture_output=True, text=True, timeout=90, check=True,
    )  # fmt: skip
    events = json.loads(log.read_text("utf-8"))["events"]
    asked = (e.get("params", {}) for e in events)
    # what the browser itself asks for (updates, its own start page) has no page behind it
    return shown.stdout, {
        p["url"] for p in asked if "url" in p and p.get("initiator", "not an origin") != "not an origin"
    }


@BROWSER
@pytest.mark.parametrize("name", ["index.html", "landing.office.html"])
def test_a_browser_without_network_shows_the_whole_page(docs, tmp_path, name):
    dom, asked = browse(docs / name, tmp_path)
    assert {url for url in asked if url.startswith(("http:", "https:", "//"))} == set()
    assert 'class="bootstrap-table' in dom  # scripts ran and found each other
    assert 'type="search"' in dom


@BROWSER
def test_the_browser_test_would_notice_a_page_that_asks_outside(docs, tmp_path):
    page = tmp_path / "page.html"
    page.write_text('<!DOCTYPE html><script src="https://cdn.example.org/x.js"></script>', encoding="utf-8")
    assert "https://cdn.example.org/x.js" in browse(page, tmp_path)[1]


WIDTH = """<script>setTimeout(() => document.querySelectorAll(".fixed-table-body").forEach(
    (body) => body.setAttribute("data-cut", body.scrollWidth - body.clientWidth)), 1000)</script>"""


@BROWSER
def test_no_column_is_cut_off_in_a_usual_window(docs, tmp_path):
    copy = shutil.copytree(docs, tmp_path / "docs")
    index = copy / "index.html"
    index.write_text(index.read_text("utf-8").replace("</body>", f"{WIDTH}</body>"), encoding="utf-8")
    dom, _ = browse(index, tmp_path, "--window-size=1366,900")
    assert re.findall('data-cut="([0-9]+)"', dom) == ["0", "0"]


@BROWSER
def test_the_search_box_speaks_chinese(docs, tmp_path):
    assert 'placeholder="搜索 search"' in browse(docs / "index.html", tmp_path)[0]
