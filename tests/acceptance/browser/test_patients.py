"""The page of all patients in a real browser: filtered, sorted, opened, in three languages, wide and narrow."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from pipeline.language import LANGUAGES, Language
from pipeline.run.overview.patient_row import sorted_rows
from pipeline.run.overview.patients_page import draw_patients_page
from tests.support.cases import AS_OF
from tests.support.chromium import NARROW, WIDE, axe_report, no_overflow
from tests.support.patients import STAGES, make_patients, row_of
from tests.support.shared import Shared
from tests.support.tools import needs_chromium

pytestmark = needs_chromium


@pytest.fixture(scope="module")
def pages(shared: Shared, tmp_path_factory: pytest.TempPathFactory) -> dict[Language, Path]:
    """The page in each language."""
    folder = shared.folder("patients", make_patients)
    rows = sorted_rows(row_of(folder / name / "case.json") for name in [*STAGES, "p-broken"])
    place = tmp_path_factory.mktemp("pages")
    found: dict[Language, Path] = {language: place / f"{language}.html" for language in LANGUAGES}
    for language, path in found.items():
        path.write_bytes(draw_patients_page(rows, AS_OF, language))
    return found


def opened(browser: Browser, path: Path, fragment: str = "", **settings: Any) -> Page:
    page = browser.new_page(**({"viewport": WIDE} | settings))
    page.goto(path.as_uri() + fragment)
    return page


def cases(page: Page) -> list[str]:
    return page.locator("button.opener").all_inner_texts()


def test_filtered_sorted_and_opened(browser: Browser, pages: dict[Language, Path]) -> None:
    page = opened(browser, pages["en"])
    assert cases(page) == ["p-broken", "p-blocked", "p-asked", "p-lacking", "p-unsigned"]
    page.get_by_role("button", name="with mistakes").click()
    assert cases(page) == ["p-broken", "p-blocked"]
    page.get_by_role("button", name="Show all").click()
    page.get_by_label("To be done by").select_option("guarantor")
    assert cases(page) == ["p-blocked", "p-asked", "p-lacking", "p-unsigned"]
    page.get_by_label("Still open").select_option("missing papers")
    assert cases(page) == ["p-asked", "p-lacking"]
    page.get_by_role("button", name="Show all").click()
    page.get_by_label("Last day to file").select_option("not known yet")
    assert cases(page) == ["p-broken"]
    page.get_by_role("button", name="Show all").click()
    page.get_by_role("columnheader", name="Unsigned").get_by_role("button").click()
    assert cases(page)[-2:] == ["p-broken", "p-asked"]
    page.get_by_role("button", name="p-asked").click()
    details = page.get_by_role("region", name="Case p-asked")
    expect(details).to_contain_text("answer: Which day does the passport expire?")
    expect(details).to_contain_text("supply: Passport")
    expect(details).to_contain_text("63/67 fields")
    page.close()


@pytest.mark.parametrize(("language", "size", "scheme"), [("en", WIDE, "light"), ("ja", NARROW, "dark")])
def test_axe_finds_nothing(
    browser: Browser, pages: dict[Language, Path], language: Language, size: dict[str, int], scheme: str
) -> None:
    page = opened(browser, pages[language], "#/p-lacking", viewport=size, color_scheme=scheme)
    assert axe_report(page) == ""
    page.close()


def test_nobody_scrolls_sideways_in_any_language(browser: Browser, pages: dict[Language, Path]) -> None:
    for path in pages.values():
        page = opened(browser, path, "#/p-asked")
        for width in (1030, 390):
            page.set_viewport_size({"width": width, "height": 900})
            assert no_overflow(page)
        assert "undefined" not in page.locator("body").inner_text()
        page.close()
