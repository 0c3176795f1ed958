"""The desk in a real browser: a coordinator's story, two windows, every screen in three languages and two widths."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, ViewportSize, expect

from pipeline.language import LANGUAGES
from tests.support.built import make_part
from tests.support.cases import AS_OF, EXAMPLES, ROOT
from tests.support.chromium import NARROW, WIDE, axe_report, no_overflow
from tests.support.desk_cases import (
    PATIENCE,
    add_difficult_cases,
    build,
    drop,
    drop_files,
    fill_form,
    printed_documents,
    words_of,
)
from tests.support.scans import scan_of
from tests.support.tools import needs_chromium

pytestmark = [needs_chromium, pytest.mark.process]

PAPERS = EXAMPLES / "wang-xiaoming" / "papers"
DOCUMENTS = ("cover-sheet", "invitation-letter", "letter-of-guarantee", "tb-screening-checklist", "patient-guide")
SCREENS = ("", "/papers", "/pages", "/dates", "/done")
#: Those of a case without a value, with a wrong one, with hostile ones, and of none that can be read.
DIFFICULT_SCREENS = ("", "/papers", "/done")
_WITHOUT_CONTRAST = {"color-contrast": {"enabled": False}}
#: The elements of a page with what they are, and without their texts.
_ELEMENTS = """[...document.querySelectorAll("*")].map(each =>
  [each.tagName, ...[...each.attributes].filter(one => one.name !== "href").map(one => one.name + "=" + one.value)]
).join()"""


@dataclass(frozen=True)
class Running:
    """A desk that runs, and a browser that was let in."""

    folder: Path
    site: str
    context: BrowserContext
    #: The cases that are hard to show.
    difficult: Sequence[str]

    def open(self, path: str, size: ViewportSize = WIDE) -> Page:
        """A page of the desk."""
        page = self.context.new_page()
        page.set_viewport_size(size)
        page.goto(f"{self.site}{path}")
        return page

    def case(self, name: str) -> str:
        """The address of a case."""
        page = self.open("/cases")
        address = page.get_by_role("link", name=name, exact=True).get_attribute("href")
        page.close()
        assert address
        return address


@pytest.fixture
def desk(running: Running) -> Iterator[Running]:
    """The desk of the module. The pages of a test are closed at its end: an open one draws and asks on."""
    yield running
    for page in running.context.pages[1:]:
        page.close(run_before_unload=False)


@pytest.fixture(scope="module")
def running(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The command with the example, the directory, and some documents of the shipped set: less to draw."""
    folder = tmp_path_factory.mktemp("desk")
    templates = make_part(tmp_path_factory.mktemp("set") / "part", *DOCUMENTS)
    for name in ("wang-xiaoming", "directory"):
        shutil.copytree(EXAMPLES / name, folder / name)
    difficult = add_difficult_cases(folder)
    words = ["desk", str(folder), "--templates", str(templates), "--no-open", "--as-of", AS_OF.isoformat()]
    with subprocess.Popen(
        [sys.executable, "-P", "-m", "pipeline", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    ) as process:
        assert process.stdout
        assert process.stderr
        address = process.stdout.readline().strip()
        context = browser.new_context(locale="en-GB")
        context.new_page().goto(address)
        started = Running(folder, address.partition("/?")[0], context, difficult)
        try:
            yield started
            make_busy(started, process.pid)
        finally:
            process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
        assert process.stderr.read() == "", "no name, no path and no request is printed"
        context.close()


def make_busy(desk: Running, process: int) -> None:
    """Have the desk build a packet, and wait for a process that draws a page and never answers."""
    case = desk.case("wang-xiaoming")
    page = desk.open(f"{case}/pages?lang=en")
    expect(page.locator(".sheet img").first).to_be_visible(timeout=PATIENCE)
    page.evaluate("async (address) => { await fetch(`${address}/build`, { method: 'POST' }); }", case)
    threads = Path(f"/proc/{process}/task").iterdir()
    for child in [int(each) for thread in threads for each in (thread / "children").read_text("ascii").split()]:
        if b"drawing_process" in Path(f"/proc/{child}/cmdline").read_bytes():
            os.kill(child, signal.SIGSTOP)
    with page.expect_request("**/pages/tb-screening-checklist"):
        page.evaluate(
            "(address) => { fetch(`${address}/pages/tb-screening-checklist`, { method: 'POST', body: '{}' }); }", case
        )


def fill(page: Page, pointer: str, value: str) -> None:
    page.locator(f'[name="{pointer}"]').fill(value)


def ready(page: Page, screen: str | re.Pattern[str]) -> None:
    """Wait until the script of a screen listens."""
    page.wait_for_url(screen)
    page.wait_for_load_state("load")


def save(page: Page) -> None:
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#saving")).to_have_text("Saved.", timeout=PATIENCE)


def change_visits(page: Page) -> None:
    """Remove the first of two visits, and add one. The focus goes to the entry that a person would look at."""
    visits = page.locator('fieldset[data-pointer="/treatment/visits"] > fieldset.entry')
    expect(visits).to_have_count(2)
    page.once("dialog", lambda dialog: dialog.accept())
    page.locator('[data-shorter="/treatment/visits/0"]').click()
    expect(visits).to_have_count(1)
    expect(page.locator('[name="/treatment/visits/0/entry_date"]')).to_be_focused()
    page.locator('[data-longer="/treatment/visits"]').click()
    expect(visits).to_have_count(2)
    expect(page.locator('[name="/treatment/visits/1/entry_date"]')).to_be_focused()


def test_a_coordinator_starts_a_case_and_prints_it(desk: Running) -> None:
    page = desk.open("/cases?lang=en")
    page.get_by_label("Folder of the case").fill("case-2026-0001")
    page.get_by_label("Patient's name in Chinese").fill("张三")
    page.get_by_label("Home address in Chinese").fill("北京市虚构区示例路1号")
    page.get_by_label("Condition").select_option("rotator_cuff_injury")
    page.get_by_label("Hospital").select_option("hibari")
    page.get_by_label("Guarantor").select_option("mihon")
    page.get_by_role("button", name="Create the case").click()
    ready(page, re.compile("/cases/[0-9a-f]+$"))
    expect(page.get_by_role("heading", level=1)).to_have_text("case-2026-0001")

    before = int(page.locator("#findings-count").inner_text())
    fill(page, "/patient/name/surname", "ZHANG")
    fill(page, "/patient/name/given_names", "SAN")
    fill(page, "/patient/phone", "no number")
    expect(page.locator("[id='patient.phone-found'] li")).to_be_visible(timeout=PATIENCE)
    expect(page.locator("[id='patient.phone']")).to_have_attribute("aria-invalid", "true")
    assert int(page.locator("#findings-count").inner_text()) == before - 1, (
        "one question less, and one finding on the number"
    )
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#saving")).to_have_text("Saved, except for the marked fields: correct them.")
    expect(page.locator("[id='patient.phone']")).to_be_focused()
    expect(page.locator("[id='patient.phone']")).to_have_value("no number")
    file = desk.folder / "case-2026-0001" / "case.json"
    assert "ZHANG" in file.read_text(encoding="utf-8")
    assert "no number" not in file.read_text(encoding="utf-8")
    fill(page, "/patient/phone", "+86 10 0000 0123")
    save(page)

    change_visits(page)

    page.get_by_role("link", name="Papers").click()
    ready(page, "**/papers")
    photo = page.locator(".place", has_text="Photograph")
    photo.locator("input[type=file]").set_input_files(PAPERS / "photo.jpg")
    expect(photo.locator(".file")).to_have_text("photo.jpg", timeout=PATIENCE)
    ready(page, "**/papers")
    photo.get_by_label("Day of issue").fill("2026-11-05")
    photo.get_by_label("Day of issue").blur()
    expect(page.locator("#status")).to_have_text("Saved.", timeout=PATIENCE)
    passport = page.locator(".place", has_text="Passport").first
    passport.locator("input[type=file]").set_input_files(EXAMPLES / "directory" / "hospitals" / "aoba.json")
    expect(passport.locator(".refused .error")).to_be_visible(timeout=PATIENCE)
    drops_several(page, desk.folder / "case-2026-0001" / "case.json")
    page.once("dialog", lambda dialog: dialog.accept())
    photo.get_by_role("button", name="Take out of the case").click()
    expect(photo.locator(".file")).to_have_count(0, timeout=PATIENCE)
    ready(page, "**/papers")
    assert list((desk.folder / "case-2026-0001").rglob("photo.jpg"))

    page.get_by_role("link", name="Pages").click()
    ready(page, "**/pages")
    expect(page.locator(".sheet img").first).to_be_visible(timeout=PATIENCE)


def drops_several(page: Page, case: Path) -> None:
    """Drop files on places that take several and one: none is lost, and what is refused says why beside its name."""
    files = [(PAPERS / name).read_bytes() for name in ("bank-certificate.pdf", "combined-form.pdf", "photo.jpg")]
    names = ["certificate.pdf", "statement.pdf", "the same photo.jpg"]
    means = page.locator(".place", has_text="Proof of means").first
    drop_files(means, dict(zip(names, files, strict=True)))
    expect(means.locator(".file")).to_have_count(2, timeout=PATIENCE)
    expect(means.locator(".refused")).to_contain_text("the same photo.jpg", timeout=PATIENCE)
    expect(means.locator(".refused")).to_contain_text("has this file already")
    expect(page.locator("#status")).to_have_text("Added: 2 · Not added: 1", timeout=PATIENCE)
    schedule = page.locator(".place[data-signed]").first
    drop_files(schedule, {"hukou.pdf": (PAPERS / "hukou.pdf").read_bytes(), "two.png": b"MZ"})
    expect(schedule.locator(".which")).to_contain_text("2 files were dropped, and there is room for one")
    schedule.get_by_role("button", name="two.png").click()
    expect(schedule.locator(".refused .error")).to_be_visible(timeout=PATIENCE)
    proposal = page.locator("#proposals li")
    expect(proposal.get_by_label("Place")).to_be_visible(timeout=PATIENCE)
    proposal.get_by_label("Place").select_option(label="カ Identity document (copy of household register)")
    proposal.get_by_role("button", name="Put it there").click()
    hukou = page.locator(".place", has_text="Identity document").locator(".file")
    expect(hukou).to_have_count(1, timeout=PATIENCE)
    expect(proposal).to_have_count(0)
    roles = [each["role"] for each in json.loads(case.read_text(encoding="utf-8"))["attachments"]]
    assert roles == ["photo", "funds_proof", "funds_proof", "identity_document"]
    assert axe_report(page) == ""


@pytest.mark.soak
def test_from_an_empty_case_to_ready_to_file(desk: Running) -> None:
    page = desk.open("/cases?lang=en")
    page.set_default_timeout(PATIENCE)
    page.get_by_label("Folder of the case").fill("case-2026-0002")
    page.get_by_label("Patient's name in Chinese").fill("王晓明")
    page.get_by_label("Hospital").select_option("aoba")
    page.get_by_label("Guarantor").select_option("mihon")
    page.get_by_role("button", name="Create the case").click()
    ready(page, re.compile("/cases/[0-9a-f]+$"))
    case = page.url
    fill_form(page)
    save(page)

    page.goto(f"{case}/papers")
    for title, (name, day) in {
        "Passport": ("passport.png", ""),
        "Photograph": ("photo.jpg", "2026-11-05"),
        "Visa application form": ("visa-application.pdf", "2026-11-21"),
        "combined form": ("combined-form.pdf", "2026-11-20"),
        "Proof of means": ("bank-certificate.pdf", "2026-11-10"),
        "Identity document": ("hukou.pdf", ""),
    }.items():
        drop(page, page.locator(".place", has_text=title).first, (PAPERS / name).read_bytes(), name, day)
    build(page, case)

    documents = desk.folder / "out" / "case-2026-0002" / "documents"
    page.goto(f"{case}/papers")
    to_sign = page.locator("section[aria-labelledby=signed] .place")
    for number in [str(each.get_attribute("data-place")) for each in to_sign.all()]:
        place = page.locator(f'[data-place="{number}"]')
        [printed] = (
            each for words, each in printed_documents(documents) if words <= words_of(place.locator("h3").inner_text())
        )
        drop(page, place, scan_of(printed), "scan.pdf", "2026-11-21")
    build(page, case)
    expect(page.locator(".badge.ready_to_file")).to_be_visible(timeout=PATIENCE)


def test_a_printed_value_leads_to_its_field_and_follows_it(desk: Running) -> None:
    address = desk.case("wang-xiaoming")
    pages = desk.open(f"{address}/pages?lang=en")
    place = pages.locator("[data-part=tb-screening-checklist]")
    place.scroll_into_view_if_needed()
    link = place.get_by_role("link", name="Field: Patient › Name › Name in Chinese characters")
    expect(link).to_be_visible(timeout=PATIENCE)
    assert no_overflow(pages)
    picture = place.locator("img").get_attribute("src")

    form = desk.open(f"{address}?lang=en")
    form.get_by_label("Page beside the form").select_option("tb-screening-checklist")
    beside = form.locator("#beside-pages img")
    expect(beside).to_have_attribute("src", str(picture), timeout=PATIENCE)
    fill(form, "/patient/name/chinese", "王大明")
    expect(beside).not_to_have_attribute("src", str(picture), timeout=PATIENCE)
    place.scroll_into_view_if_needed()  # what nobody sees is not drawn
    expect(place.locator("img")).not_to_have_attribute("src", str(picture), timeout=PATIENCE)
    form.locator("#beside-pages").get_by_role("link", name="Field: Patient › Date of birth").first.focus()
    form.keyboard.press("Enter")
    expect(form.locator('[name="/patient/birth_date"]')).to_be_focused()
    assert axe_report(form, "#beside-pages") == "", "the form without it is among the screens below"
    form.set_viewport_size(NARROW)
    assert no_overflow(form)

    link.focus()
    pages.keyboard.press("Enter")
    ready(pages, re.compile("#/patient/name/chinese$"))
    expect(pages.locator('[name="/patient/name/chinese"]')).to_be_focused()
    for page in (form, pages):
        page.close(run_before_unload=False)


#: Report what the page says to those who do not see it.
_LISTEN = """() => {
  const status = document.getElementById("status");
  new MutationObserver(() => window.hear(status.textContent)).observe(status, { childList: true });
}"""


def test_a_complete_case_is_built_and_downloaded(desk: Running) -> None:
    page = desk.open(f"{desk.case('wang-xiaoming')}/done?lang=en")
    page.get_by_role("button", name="Build the packet").click()
    stages = page.locator(".stages li")
    expect(page.locator(".stages [aria-current=step]")).to_have_count(1, timeout=PATIENCE)
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("The build was stopped.")).to_be_visible(timeout=PATIENCE)
    assert not (desk.folder / "out" / "wang-xiaoming").exists()
    ready(page, "**/done?lang=en")
    said: list[str] = []

    def hear(text: str) -> None:
        said.append(text)

    page.expose_function("hear", hear)
    page.evaluate(_LISTEN)
    titles = stages.evaluate_all("stages => stages.map((stage) => stage.firstChild.textContent.trim())")
    page.get_by_role("button", name="Build the packet").click()
    link = page.get_by_role("link", name="Bundle to be filed")
    expect(link).to_be_visible(timeout=PATIENCE)
    assert {text.strip() for text in said} & set(titles), "some stages are announced, those that last"
    with page.expect_download() as found:
        link.click()
    assert Path(found.value.path()).read_bytes().startswith(b"%PDF-")
    assert (desk.folder / "out" / "wang-xiaoming" / "bundle.pdf").is_file()


def test_two_windows_lose_nothing(desk: Running) -> None:
    address = f"{desk.case('wang-xiaoming')}?lang=en"
    one, other = desk.open(address), desk.open(address)
    fill(one, "/visa/agency", "甲虚构代理机构")
    save(one)
    fill(other, "/visa/agency", "乙虚构代理机构")
    other.get_by_role("button", name="Save").click()
    conflict = other.locator("#conflict")
    expect(conflict).to_contain_text("甲虚构代理机构", timeout=PATIENCE)
    expect(conflict).to_contain_text("乙虚构代理机构")
    assert axe_report(other, "#conflict") == ""
    file = desk.folder / "wang-xiaoming" / "case.json"
    assert "甲虚构代理机构" in file.read_text(encoding="utf-8")
    other.get_by_role("button", name="Save my entries").click()
    expect(other.locator("#saving")).to_have_text("Saved.", timeout=PATIENCE)
    assert "乙虚构代理机构" in file.read_text(encoding="utf-8")


def test_what_is_changed_elsewhere_or_while_saving_stays(desk: Running) -> None:
    page = desk.open(f"{desk.case('wang-xiaoming')}?lang=en")
    file = desk.folder / "wang-xiaoming" / "case.json"
    before = file.read_bytes()
    file.write_bytes(before.replace(b'"WANG"', b'"WONG"'))
    try:
        fill(page, "/patient/phone", "+86 10 0000 0124")

        def type_meanwhile(route: Route) -> None:
            fill(page, "/visa/agency", "丙虚构代理机构")
            route.continue_()

        page.route("**/cases/*", type_meanwhile, times=1)
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("button", name="Save")).to_be_enabled(timeout=PATIENCE)
        expect(page.locator("#saving")).to_have_text("Not saved yet")
        save(page)
        text = file.read_text(encoding="utf-8")
        assert all(value in text for value in ('"WONG"', "+86 10 0000 0124", "丙虚构代理机构"))
        page.route("**/cases/*", lambda route: route.abort())
        fill(page, "/patient/phone", "+86 10 0000 0125")
        page.get_by_role("button", name="Save").click()
        expect(page.locator("#saving")).to_contain_text("does not answer", timeout=PATIENCE)
        expect(page.get_by_role("button", name="Save")).to_be_enabled()
        page.close(run_before_unload=False)
    finally:
        file.write_bytes(before)


def test_a_day_is_saved_when_the_person_leaves_it(desk: Running) -> None:
    page = desk.open(f"{desk.case('wang-xiaoming')}/papers?lang=en")
    day = page.locator("[data-issued]").first
    before = day.input_value()
    day.focus()
    page.keyboard.type("11062026", delay=50)
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.locator("#status")).to_have_text("Saved.", timeout=PATIENCE)
    text = (desk.folder / "wang-xiaoming" / "case.json").read_text(encoding="utf-8")
    assert "2026-06-11" in text or "2026-11-06" in text
    assert '"0' not in "".join(line for line in text.splitlines() if "issued_on" in line)
    day.fill(before)
    day.blur()
    expect(page.locator("#status")).to_have_text("Saved.", timeout=PATIENCE)


def test_every_screen_is_accessible_and_fits(desk: Running) -> None:
    """Each is loaded once in a language, and then made narrow. Axe looks in one language: all have the same elements.

    The contrast of colours takes long: axe looks at it at the wide width, and on the shorter of two forms. `make soak`
    leaves out nothing.
    """
    for language in LANGUAGES:
        looks_for_all(desk, language, {"zh": _WITHOUT_CONTRAST}.get(language))


@pytest.mark.soak
@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing_in_any_language_and_width(desk: Running, language: str) -> None:
    looks_for_all(desk, language, {})


def looks_for_all(desk: Running, language: str, fewer: Mapping[str, Any] | None) -> None:
    """Open every screen. Nobody scrolls sideways, and axe finds nothing at both widths; alike screens it sees once.

    ``fewer`` is what axe leaves out of its rules at the narrow width and on the form; without it, axe does not look.
    """
    page, seen = desk.open("/cases"), set[str]()
    addresses = {each.inner_text(): each.get_attribute("href") for each in page.locator("table.cases th a").all()}
    whole = desk.case("wang-xiaoming")
    difficult = [f"{addresses[name]}{screen}" for name in desk.difficult for screen in DIFFICULT_SCREENS]
    usual = ["/cases", *(f"{whole}{screen}" for screen in SCREENS)]
    for path in [*usual, *(difficult if fewer is not None else ())]:
        page.set_viewport_size(WIDE)
        page.goto(f"{desk.site}{path}?lang={language}")
        elements = page.evaluate(_ELEMENTS)
        for size, rules in ((WIDE, fewer if path == whole else {}), (NARROW, fewer)):
            page.set_viewport_size(size)
            assert no_overflow(page), path
            assert not page.evaluate("window.hit"), f"{path} runs what is text"
            if fewer is not None and elements not in seen:
                assert axe_report(page, rules=rules) == "", path
        seen.add(elements)


def test_the_keyboard_is_enough(desk: Running) -> None:
    page = desk.open(f"{desk.case('wang-xiaoming')}?lang=en")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#content")).to_be_focused()
    page.locator('[name="/patient/phone"]').focus()
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.type("x")
    expect(page.locator("#findings li.error")).to_be_visible(timeout=PATIENCE)
    page.locator("#findings li.error a").focus()
    page.keyboard.press("Enter")
    expect(page.locator('[name="/patient/phone"]')).to_be_focused()
