"""The report of many cases in a real browser: filtered, sorted, opened, by keyboard, on screens and on paper."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from pipeline.errors import ExitCode
from pipeline.language import Language
from pipeline.options import BuildOptions, CheckOptions
from pipeline.run.one import build_case
from pipeline.run.report.report_page import report_page
from pipeline.run.report.summary import report_header
from pipeline.run.task import TaskResult
from tests.support.cases import AS_OF, EXAMPLES
from tests.support.chromium import NARROW, WIDE, Opener, axe_report, no_overflow
from tests.support.reported import write
from tests.support.tools import needs_chromium

pytestmark = needs_chromium

#: The cases of a report of usual size, and how many fail of them.
COUNT, FAILED = 230, 25
#: Rows in the document at once.
PAGE = 50

Opened = Callable[..., Page]


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("out"), COUNT)


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory, packet_with_companion: Path) -> Path:
    """The page beside a packet that was really built."""
    out = tmp_path_factory.mktemp("real")
    shutil.copytree(packet_with_companion, out / "chen-lihua")
    built = build_case(EXAMPLES / "chen-lihua" / "case.json", out, BuildOptions(AS_OF))
    with report_page(report_header(CheckOptions(AS_OF), "en", names=False), out) as page:
        page.add(TaskResult("case.json", "built", ExitCode.OK, "chen-lihua", built, built.problems, 1))
        return page.publish()


@pytest.fixture
def opened(browser: Browser, shared_page: Page) -> Iterator[Opened]:
    """Open a report. Nothing may be asked for but it and the packets beside it, nor stand in the console."""
    opener = Opener(browser, shared_page)

    def open_report(path: Path, fragment: str = "", **settings: Any) -> Page:
        allowed = (path.parent.as_uri(), "data:", "chrome-extension:", "chrome:")  # Chromium's own viewer of PDFs
        return opener.open(path.as_uri() + fragment, lambda url: url.startswith(allowed), seconds=20, **settings)

    yield open_report
    opener.close()
    assert opener.complaints == []


def cases(page: Page) -> list[str]:
    """The cases of the list as they stand."""
    return page.locator("button.opener").all_inner_texts()


def shown(page: Page) -> str:
    return page.get_by_role("status").inner_text()


def column(page: Page, name: str) -> list[str]:
    return page.locator(f"tr.line > .{name}").all_inner_texts()


def tile(page: Page, name: str) -> Locator:
    return page.get_by_role("group", name="Result").get_by_role("button", name=name)


class TestFilters:
    def test_all_at_first_with_failed_cases_before_the_others(self, opened: Opened, report: Path) -> None:
        page = opened(report)
        assert shown(page) == "Cases 1–50 of 230"
        assert column(page, "status") == ["failed"] * FAILED + ["built"] * (PAGE - FAILED)
        numbers = [int(number) for number in column(page, "number")]
        assert numbers == [*sorted(numbers[:FAILED]), *sorted(numbers[FAILED:])]
        expect(tile(page, "230 all cases")).to_have_attribute("aria-pressed", "true")

    def test_status(self, opened: Opened, report: Path) -> None:
        page = opened(report)
        tile(page, "failed").click()
        assert shown(page) == f"Cases 1–{FAILED} of {FAILED} (230 in total)"
        assert set(column(page, "status")) == {"failed"}
        expect(tile(page, "failed")).to_have_attribute("aria-pressed", "true")
        expect(page.get_by_role("navigation")).to_be_hidden()
        tile(page, "all cases").click()
        assert shown(page) == "Cases 1–50 of 230"

    def test_severity_rule_and_search_together(self, opened: Opened, report: Path) -> None:
        page = opened(report)
        page.get_by_label("Findings", exact=True).select_option("with warnings")
        assert all("1 warning" in text for text in column(page, "findings"))
        page.get_by_label("Findings", exact=True).select_option("with errors")
        page.get_by_label("Rule").select_option("ID-03")
        assert set(cases(page)) == {f"case-{number:05}" for number in range(7, COUNT, 10)}
        page.get_by_label("Search").fill("00017")
        assert cases(page) == ["case-00017"]
        page.get_by_label("Search").fill("nothing of the kind")
        expect(page.get_by_text("No matching cases.")).to_be_visible()
        page.get_by_role("button", name="Show all").click()
        assert shown(page) == "Cases 1–50 of 230"
        expect(page.get_by_label("Search")).to_be_focused()

    def test_search_finds_ids_codes_and_names(self, opened: Opened, report: Path, tmp_path: Path) -> None:
        page = opened(report)
        page.get_by_label("Search").fill("JSON-syntax")
        assert cases(page) == ["without id, no. 100", "without id, no. 200"]
        named = opened(write(tmp_path, 3, names=True))
        named.get_by_label("Search").fill("晓明 wang")
        assert len(cases(named)) == 3
        expect(named.get_by_text("This page contains patient names")).to_be_visible()

    def test_sorting_by_each_column_both_ways(self, opened: Opened, report: Path) -> None:
        page = opened(report)
        for name in ("No.", "Case", "Result", "State", "Findings", "Missing", "Unsigned", "Pages", "Seconds"):
            head = page.get_by_role("columnheader", name=name)
            orders = []
            for _ in range(2):
                head.get_by_role("button").click()
                orders.append((head.get_attribute("aria-sort"), cases(page)))
            assert {order for order, _ in orders} == {"ascending", "descending"}
            assert orders[0][1] != orders[1][1], name
            assert page.locator("th[aria-sort]").count() == 1
        page.get_by_role("columnheader", name="Pages").get_by_role("button").click()
        pages = column(page, "pages")
        assert pages == sorted(pages, key=int, reverse=True)

    def test_leafing_through_the_list(self, opened: Opened, report: Path) -> None:
        page = opened(report)
        seen = cases(page)
        for number in range(2, 6):
            page.get_by_role("button", name="Next", exact=True).click()
            expect(page.get_by_text(f"Page {number} of 5")).to_be_visible()
            seen += cases(page)
        assert len(set(seen)) == COUNT
        last = cases(page)
        page.get_by_role("button", name="Next", exact=True).click(force=True)
        assert cases(page) == last
        page.get_by_role("button", name="Previous").click()
        assert len(cases(page)) == PAGE


class TestACase:
    def test_opens_with_findings_explained(self, opened: Opened, report: Path) -> None:
        page = opened(report)
        page.get_by_role("button", name="case-00007").click()
        details = page.get_by_role("region", name="Case case-00007")
        expect(details).to_contain_text("ID-03 The machine-readable zone and the typed fields differ")
        expect(details).to_contain_text("/patient/passport/mrz line 12:7")
        expect(details).to_contain_text("Source: ICAO Doc 9303")
        expect(page.get_by_role("button", name="case-00007")).to_have_attribute("aria-expanded", "true")
        page.get_by_role("button", name="case-00008").click()
        expect(details).to_have_count(0)
        expect(page.get_by_role("region", name="Case case-00008")).to_contain_text("Photograph the patient")

    def test_has_an_address(self, opened: Opened, report: Path) -> None:
        page = opened(report, "#/case-00222")
        expect(page.get_by_role("region", name="Case case-00222")).to_be_visible()
        assert "Page 5 of 5" in page.get_by_role("navigation").inner_text()
        page.get_by_role("button", name="case-00219").click()
        assert page.url.endswith("#/case-00219")

    def test_without_a_packet_has_no_links(self, opened: Opened, report: Path) -> None:
        page = opened(report)
        tile(page, "failed").click()
        page.get_by_role("button", name="without id, no. 100").click()
        details = page.get_by_role("region", name="Case without id, no. 100")
        expect(details).to_contain_text("json-syntax")
        expect(details.get_by_role("link")).to_have_count(0)

    def test_links_lead_to_files_that_are_there(self, opened: Opened, real: Path) -> None:
        page = opened(real)
        page.get_by_role("button", name="chen-lihua").click()
        addresses = page.locator(".details a").evaluate_all("links => links.map((link) => link.href)")
        files = {address.partition("#")[0] for address in addresses}
        packet = real.parent / "chen-lihua"
        bundles = [packet / name for name in ("bundle.pdf", "bundle-companion-1.pdf", "working-file.pdf")]
        wanted = [*bundles, *packet.glob("documents/*guide.pdf")]
        assert files == {path.as_uri() for path in wanted}
        assert f"{(packet / 'bundle.pdf').as_uri()}#page=2" in addresses
        assert page.locator(".details a").first.get_attribute("href") == "chen-lihua/bundle.pdf"

    def test_shows_the_bundle_only_when_asked(self, opened: Opened, real: Path) -> None:
        page = opened(real, script="Object.defineProperty(navigator, 'pdfViewerEnabled', { get: () => true });")
        page.get_by_role("button", name="chen-lihua").click()
        expect(page.locator("iframe")).to_have_count(0)
        buttons = page.get_by_role("button", name="Show the pages here")
        with page.expect_request("**/chen-lihua/bundle-companion-1.pdf"):
            buttons.nth(1).click()
        expect(buttons.nth(1)).to_have_attribute("aria-pressed", "true")
        with page.expect_request("**/chen-lihua/bundle.pdf"):
            buttons.first.click()
        expect(page.locator("iframe")).to_have_count(1)
        buttons.first.click()
        expect(page.locator("iframe")).to_have_count(0)

    def test_in_a_browser_without_a_viewer_the_link_is_left(self, opened: Opened, real: Path) -> None:
        page = opened(real, script="Object.defineProperty(navigator, 'pdfViewerEnabled', { get: () => false });")
        page.get_by_role("button", name="chen-lihua").click()
        expect(page.get_by_role("button", name="Show the pages here")).to_have_count(0)
        expect(page.get_by_role("link", name="Bundle of the patient")).to_be_visible()


class TestKeys:
    def test_from_the_search_to_a_case_without_a_mouse(self, opened: Opened, report: Path) -> None:
        page = opened(report)
        page.keyboard.press("/")
        expect(page.get_by_label("Search")).to_be_focused()
        page.keyboard.type("case-0001")
        assert page.get_by_label("Search").input_value() == "case-0001"
        page.get_by_role("button", name="case-00010").focus()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowUp")
        page.keyboard.press("Enter")
        expect(page.get_by_role("region", name="Case case-00011")).to_be_visible()
        expect(page.get_by_role("button", name="case-00011")).to_be_focused()
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Bundle of the patient"

    def test_tab_reaches_everything_and_the_focus_is_seen(self, opened: Opened, tmp_path: Path) -> None:
        page = opened(write(tmp_path, 3), "#/case-00001")
        wanted = page.locator("a:visible, button:visible, select:visible, input:visible, summary:visible").count()
        reached = set()
        for _ in range(wanted + 5):
            page.keyboard.press("Tab")
            reached.add(page.evaluate("[...document.querySelectorAll('*')].indexOf(document.activeElement)"))
            style = "document.activeElement === document.body || getComputedStyle(document.activeElement).outlineStyle"
            assert page.evaluate(style) != "none"
        assert len(reached) >= wanted


class TestAccessibility:
    @pytest.mark.parametrize(
        ("scheme", "size"),
        [
            ("light", WIDE),
            ("dark", NARROW),
            pytest.param("dark", WIDE, marks=pytest.mark.soak),
            pytest.param("light", NARROW, marks=pytest.mark.soak),
        ],
        ids=["light-wide", "dark-narrow", "dark-wide", "light-narrow"],
    )
    def test_axe_finds_nothing(self, opened: Opened, report: Path, scheme: str, size: dict[str, int]) -> None:
        page = opened(report, "#/case-00010", color_scheme=scheme, viewport=size)
        assert axe_report(page) == ""
        tile(page, "failed").click()
        page.locator("button.opener").first.click()
        assert axe_report(page) == ""

    def test_axe_would_find_something(self, opened: Opened, report: Path) -> None:
        page = opened(report)
        page.evaluate("document.querySelector('.search label').remove(); document.body.lang = 'xx-nonsense'")
        page.evaluate("document.querySelector('.shown').style.color = '#eee'")
        assert "Rule Violated" in axe_report(page)

    @pytest.mark.parametrize("language", ["ja", "zh"])
    def test_other_languages(self, opened: Opened, tmp_path: Path, language: Language) -> None:
        page = opened(write(tmp_path, 10, language), "#/case-00007", viewport=NARROW)
        assert axe_report(page) == ""
        assert no_overflow(page)
        assert "undefined" not in page.locator("body").inner_text()


class TestScreens:
    """The pictures stay in pytest's folder for people to look at."""

    def test_nobody_scrolls_sideways(self, opened: Opened, real: Path, tmp_path: Path) -> None:
        page = opened(real, "#/chen-lihua")
        for width in (1440, 900, 768, 390, 320):
            page.set_viewport_size({"width": width, "height": 800})
            page.screenshot(path=tmp_path / f"{width}.png", full_page=True)
            assert no_overflow(page), width

    def test_on_a_narrow_screen_the_order_is_a_choice(self, opened: Opened, report: Path) -> None:
        page = opened(report, viewport=NARROW)
        page.get_by_label("Sort by").select_option("Case ↓")
        assert cases(page)[0] == "without id, no. 200"
        page.get_by_label("Sort by").select_option("Pages ↓")
        pages = [text.removeprefix("Pages ") for text in column(page, "pages")]
        assert pages == sorted(pages, key=int, reverse=True)

    def test_on_paper_all_that_the_filter_leaves(self, opened: Opened, report: Path) -> None:
        page = opened(report)
        page.get_by_label("Search").fill("case-000")
        left = int(shown(page).split(" of ")[1].split()[0])
        assert left > PAGE
        paper = pypdfium2.PdfDocument(page.pdf(format="A4"))
        text = "".join(sheet.get_textpage().get_text_bounded() for sheet in paper)
        paper.close()
        assert text.count("case-000") == left
        assert "Search" not in text
        expect(page.locator("tr.line")).to_have_count(PAGE)

    def test_without_scripts_the_counts_are_there(self, opened: Opened, report: Path) -> None:
        page = opened(report, java_script_enabled=False)
        expect(page.get_by_text("needs JavaScript")).to_be_visible()
        assert "230" in page.locator(".tiles").inner_text()
        expect(page.locator("form")).to_be_hidden()


class TestTenThousand:
    @pytest.fixture(scope="class")
    @classmethod
    def many(cls, tmp_path_factory: pytest.TempPathFactory) -> Path:
        return write(tmp_path_factory.mktemp("many"), 10_000)

    def test_the_document_stays_small_and_everything_answers(self, opened: Opened, many: Path) -> None:
        page = opened(many)
        assert shown(page) == "Cases 1–50 of 10,000"
        small(page)
        page.get_by_role("columnheader", name="Findings").get_by_role("button").click()
        assert column(page, "findings")[0].startswith("1 error")
        small(page)
        page.get_by_label("Search").press_sequentially("case-09")
        assert "of 990 (10,000 in total)" in shown(page)
        page.get_by_role("button", name="Next", exact=True).click()
        page.locator("button.opener").last.click()
        expect(page.locator("tr.details")).to_have_count(1)
        small(page)
        page.get_by_label("Rule").select_option("json-syntax")
        expect(page.get_by_text("No matching cases.")).to_be_visible()
        page.get_by_role("button", name="Show all").click()
        tile(page, "unchanged").click()
        small(page)


def small(page: Page) -> None:
    """However many cases there are, few are in the document."""
    assert page.locator("tr.line").count() <= PAGE
    assert page.evaluate("document.querySelectorAll('body *').length") < 2_000


def test_the_page_cannot_ask_for_anything_elsewhere(browser: Browser, report: Path) -> None:
    """The guard of the other tests: what is elsewhere is stopped by the page's own policy."""
    page = browser.new_page()
    page.goto(report.as_uri())
    for tag, directive in (("img", "img-src"), ("iframe", "frame-src"), ("script", "script-src-elem")):
        blocked = page.evaluate(
            """(tag) => new Promise((done) => {
                document.addEventListener("securitypolicyviolation", (event) => done(event.effectiveDirective));
                const element = document.createElement(tag);
                element.src = "http://127.0.0.1:9/elsewhere";
                document.body.append(element);
                setTimeout(() => done("nothing was stopped"), 3000);
            })""",
            tag,
        )
        assert blocked == directive
    page.close()
