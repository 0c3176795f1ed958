"""The preview in a real browser: clicked through, by keyboard, on a wide and a narrow screen, and on paper."""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from collections.abc import Callable, Iterator
from itertools import accumulate
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from PIL import Image
from playwright.sync_api import Browser, FloatRect, Locator, Page, expect

from pipeline.authoring.preview.make import Preview, make_preview
from pipeline.authoring.preview.pixel_diff import COLOUR
from pipeline.options import BuildOptions
from tests.support.built import make_part
from tests.support.cases import AS_OF, EXAMPLES
from tests.support.chromium import NARROW, WIDE, Opener
from tests.support.tools import needs_chromium

pytestmark = needs_chromium

CASE = EXAMPLES / "wang-xiaoming" / "case.json"
DOCUMENTS = ("cover-sheet", "invitation-letter", "letter-of-guarantee", "schedule-of-stay")
#: What the former version of the set said instead, by template.
FORMER_WORDS = {"invitation-letter.docx": ("招へい理由書", "招聘理由書")}
NEW_DOCUMENT, FORMER_DOCUMENT = "schedule-of-stay", "former-sheet"

Opened = Callable[..., Page]


def former_set(folder: Path, now: Path) -> Path:
    """The set as it might have been: other words, one document fewer, another one."""
    shutil.copytree(now, folder)
    for name, words in FORMER_WORDS.items():
        reword(folder / name, *words)
    packet = json.loads((folder / "packet.json").read_text(encoding="utf-8"))
    entries = [entry for entry in packet["contents"] if entry.get("document") != NEW_DOCUMENT]
    former = next(entry for entry in entries if entry.get("document") == "letter-of-guarantee")
    packet["contents"] = [*entries, former | {"document": FORMER_DOCUMENT}]
    (folder / "packet.json").write_text(json.dumps(packet, ensure_ascii=False), encoding="utf-8")
    return folder


def reword(template: Path, now: str, before: str) -> None:
    """Write the template again with other words in its body."""
    with zipfile.ZipFile(template) as file:
        parts = {name: file.read(name) for name in file.namelist()}
    body = parts["word/document.xml"].decode()
    assert now in body
    parts["word/document.xml"] = body.replace(now, before).encode()
    with zipfile.ZipFile(template, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name, content)


@pytest.fixture(scope="module")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four documents of the shipped set."""
    return make_part(tmp_path_factory.mktemp("sets") / "now", *DOCUMENTS)


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory, templates: Path) -> Preview:
    folder = tmp_path_factory.mktemp("compared")
    former = former_set(folder / "former", templates)
    return make_preview(CASE, folder / "preview", BuildOptions(AS_OF, str(templates)), str(former))


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Preview:
    folder = tmp_path_factory.mktemp("alone")
    templates = make_part(folder / "set", "cover-sheet", "invitation-letter")
    return make_preview(CASE, folder / "preview", BuildOptions(AS_OF, str(templates)))


@pytest.fixture
def opened(browser: Browser, shared_page: Page) -> Iterator[Opened]:
    """Open a preview. At the end, no request may have left the page, and nothing may stand in the console."""
    opener = Opener(browser, shared_page)

    def open_preview(preview: Preview, fragment: str = "", **settings: Any) -> Page:
        address = preview.page.as_uri() + fragment
        return opener.open(address, lambda url: not is_foreign(url, preview), seconds=10, **settings)

    yield open_preview
    opener.close()
    assert opener.complaints == []


def is_foreign(address: str, preview: Preview) -> bool:
    return not address.startswith("data:") and address.partition("#")[0] != preview.page.as_uri()


def shown(page: Page) -> str:
    """Heading of the one page that is shown."""
    [sheet] = [sheet for sheet in page.locator(".sheet").all() if sheet.is_visible()]
    return sheet.locator("h2").inner_text()


def place(preview: Preview, document: str = "invitation-letter") -> str:
    """Name of the first page of a document; by default of the one whose words differ."""
    numbers = accumulate((len(shown.pages) for shown in preview.documents), initial=1)
    pages = zip(numbers, preview.documents, strict=False)
    return next(f"page-{number}" for number, shown in pages if shown.id == document)


def link_to(page: Page, document: str) -> Locator:
    """The document's line in the list."""
    return page.locator(f"nav a[data-document='{document}']")


def box(element: Locator) -> FloatRect:
    """Where an element is on the screen."""
    found = element.bounding_box()
    assert found
    return found


def coloured(picture: bytes) -> int:
    """Number of dots in the colour of marks, or nearly: the browser scales the picture."""
    dots = Image.open(io.BytesIO(picture)).convert("RGB").tobytes()
    colours = zip(dots[0::3], dots[1::3], dots[2::3], strict=True)
    return sum(all(abs(one - other) <= 60 for one, other in zip(colour, COLOUR, strict=True)) for colour in colours)


class TestClicks:
    def test_through_the_documents(self, opened: Opened, compared: Preview) -> None:
        page = opened(compared)
        expect(page.get_by_role("navigation", name="Documents")).to_be_visible()
        for document in compared.documents:
            link = link_to(page, document.id)
            link.click()
            assert document.title.en in shown(page)
            expect(link).to_have_attribute("aria-current", "page")
            expect(page.get_by_role("status")).to_contain_text(document.title.en)

    def test_through_the_pages_to_both_ends(self, opened: Opened, compared: Preview) -> None:
        page = opened(compared)
        back, forward = page.get_by_role("button", name="Previous page"), page.get_by_role("button", name="Next page")
        expect(back).to_be_disabled()
        count = page.locator(".sheet").count()
        seen = {shown(page)}
        for _ in range(count - 1):
            forward.click()
            seen.add(shown(page))
        assert len(seen) == count
        expect(forward).to_be_disabled()
        back.click()
        expect(page.get_by_role("status")).to_contain_text(f"{count - 1} / {count}")

    def test_from_change_to_change(self, opened: Opened, compared: Preview) -> None:
        page = opened(compared)
        found = []
        for _ in range(4):
            page.get_by_role("button", name="Next change").click()
            found.append(shown(page).split()[-1])
        assert found == ["changed", "new", "removed", "changed"]

    def test_the_versions(self, opened: Opened, compared: Preview) -> None:
        page = opened(compared, f"#{place(compared)}")
        before = page.get_by_role("img", name="Letter of invitation, page 1 of 1, Before")
        now = page.get_by_role("img", name="Letter of invitation, page 1 of 1, Now")
        expect(before).to_be_visible()
        expect(now).to_be_visible()
        assert box(before)["x"] + box(before)["width"] <= box(now)["x"]
        assert box(before)["y"] == pytest.approx(box(now)["y"], abs=1)
        page.get_by_role("button", name="Before", exact=True).click()
        expect(before).to_be_visible()
        expect(now).to_be_hidden()
        page.get_by_role("button", name="Now", exact=True).click()
        expect(before).to_be_hidden()
        expect(now).to_be_visible()
        expect(page.get_by_role("button", name="Now", exact=True)).to_have_attribute("aria-pressed", "true")
        expect(page.get_by_role("button", name="Before", exact=True)).to_have_attribute("aria-pressed", "false")

    def test_the_marks(self, opened: Opened, compared: Preview, tmp_path: Path) -> None:
        page = opened(compared, f"#{place(compared)}")
        pictures = page.locator(f"#{place(compared)} .pictures")
        with_marks = pictures.screenshot(path=tmp_path / "marked.png")
        toggle = page.get_by_role("button", name="Mark changes")
        expect(toggle).to_have_attribute("aria-pressed", "true")
        toggle.click()
        expect(toggle).to_have_attribute("aria-pressed", "false")
        assert coloured(with_marks) > 200
        assert coloured(pictures.screenshot()) == 0

    def test_the_changed_words(self, opened: Opened, compared: Preview) -> None:
        page = opened(compared, f"#{place(compared)}")
        words = page.get_by_role("region", name="Changed words")
        assert words.locator("del").all_inner_texts() == ["聘"]
        assert words.locator("ins").all_inner_texts() == ["へい"]

    def test_actual_size(self, opened: Opened, compared: Preview) -> None:
        page = opened(compared, f"#{place(compared)}")
        sheet = page.locator(f"#{place(compared)}")
        picture = sheet.locator(".after img.page")
        natural = picture.evaluate("picture => picture.naturalWidth")
        assert box(picture)["width"] < natural
        page.get_by_role("button", name="Actual size").click()
        assert box(picture)["width"] == natural
        sheet.locator(".after .paper").evaluate("paper => { paper.scrollLeft = 120; }")
        page.screenshot()  # waits for the next frame
        assert sheet.locator(".before .paper").evaluate("paper => paper.scrollLeft") == 120

    def test_without_another_version(self, opened: Opened, alone: Preview) -> None:
        page = opened(alone)
        expect(page.get_by_role("button", name="Mark changes")).to_have_count(0)
        link_to(page, "invitation-letter").click()
        assert "Letter of invitation" in shown(page)
        expect(page.locator(f"#{place(alone)} img")).to_have_count(1)


class TestKeys:
    def test_leaf_through(self, opened: Opened, compared: Preview) -> None:
        page = opened(compared)
        status, count = page.get_by_role("status"), page.locator(".sheet").count()
        for key, place in (("ArrowRight", 2), ("ArrowRight", 3), ("ArrowLeft", 2), ("End", count), ("Home", 1)):
            page.keyboard.press(key)
            expect(status).to_contain_text(f"{place} / {count}")
        page.keyboard.press("ArrowLeft")
        page.keyboard.press("Alt+ArrowRight")
        expect(status).to_contain_text(f"1 / {count}")

    def test_tab_reaches_everything_and_enter_works(self, opened: Opened, compared: Preview) -> None:
        page = opened(compared)
        wanted = page.locator("a:visible, button:visible:enabled, summary:visible").count()
        reached = set()
        for _ in range(wanted + 10):
            page.keyboard.press("Tab")
            reached.add(page.evaluate("[...document.querySelectorAll('*')].indexOf(document.activeElement)"))
            outline = (
                "document.activeElement === document.body || getComputedStyle(document.activeElement).outlineStyle"
            )
            assert page.evaluate(outline) != "none"
        assert len(reached) >= wanted
        link_to(page, "letter-of-guarantee").focus()
        page.keyboard.press("Enter")
        assert "Letter of guarantee" in shown(page)
        page.go_back()
        expect(page.get_by_role("status")).to_contain_text("List of documents")

    def test_everything_has_a_name(self, opened: Opened, compared: Preview) -> None:
        page = opened(compared)
        for role in ("button", "link", "img", "article", "region", "navigation"):
            for element in page.get_by_role(role, include_hidden=True).all():
                snapshot = element.evaluate(
                    "e => e.getAttribute('aria-label') || e.alt || e.textContent.trim()"
                    " || document.getElementById(e.getAttribute('aria-labelledby'))?.textContent"
                )
                assert snapshot, role


class TestScreens:
    """The pictures stay in pytest's folder for people to look at."""

    @pytest.mark.parametrize("scheme", ["light", "dark"])
    def test_wide(self, opened: Opened, compared: Preview, tmp_path: Path, scheme: str) -> None:
        page = opened(compared, f"#{place(compared)}", color_scheme=scheme)
        picture = Image.open(io.BytesIO(page.screenshot(path=tmp_path / f"wide-{scheme}.png"))).convert("L")
        assert picture.size == (WIDE["width"], WIDE["height"])
        edge = picture.crop((picture.width - 3, 400, picture.width - 2, 401)).tobytes()[0]
        assert (edge > 128) == (scheme == "light")
        assert no_overflow(page)

    @pytest.mark.parametrize("size", [NARROW, {"width": 320, "height": 640}, {"width": 1000, "height": 700}])
    def test_narrow(self, opened: Opened, compared: Preview, tmp_path: Path, size: dict[str, int]) -> None:
        page = opened(compared, f"#{place(compared)}", viewport=size)
        page.screenshot(path=tmp_path / f"narrow-{size['width']}.png")
        assert no_overflow(page)
        page.get_by_role("button", name="Actual size").click()
        assert no_overflow(page)
        if size["width"] < 900:
            sheet = page.locator(f"#{place(compared)}")
            before, now = (box(sheet.locator(f".{kind} img.page")) for kind in ("before", "after"))
            assert now["y"] >= before["y"] + before["height"]
            documents = page.locator("nav details")
            assert not documents.evaluate("details => details.open")
            documents.locator("summary").click()
            link_to(page, "letter-of-guarantee").click()
            assert "Letter of guarantee" in shown(page)
            assert not documents.evaluate("details => details.open")

    def test_without_scripts_all_pages_are_there(self, opened: Opened, compared: Preview) -> None:
        page = opened(compared, java_script_enabled=False)
        sheets = page.locator(".sheet")
        assert all(sheet.is_visible() for sheet in sheets.all())
        expect(page.locator(".tools, .leaf").first).to_be_hidden()

    def test_on_paper_each_page_has_a_sheet(self, opened: Opened, compared: Preview) -> None:
        page = opened(compared)
        count = page.locator(".sheet").count()
        paper = pypdfium2.PdfDocument(page.pdf(format="A4", print_background=True))
        texts = [sheet.get_textpage().get_text_bounded() for sheet in paper]
        paper.close()
        assert len(texts) == count
        assert "Letter of invitation" in texts[int(place(compared).removeprefix("page-")) - 1]
        assert "Next change" not in "".join(texts)


def no_overflow(page: Page) -> bool:
    """Whether nobody has to scroll sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def test_the_page_cannot_ask_for_anything_elsewhere(browser: Browser, compared: Preview) -> None:
    """The guard of the other tests: a picture from elsewhere is stopped by the page's own policy."""
    page = browser.new_page()
    page.goto(compared.page.as_uri())
    blocked = page.evaluate(
        """() => new Promise((done) => {
            document.addEventListener("securitypolicyviolation", (event) => done(event.violatedDirective));
            const picture = new Image();
            picture.src = "http://127.0.0.1:9/picture.png";
            document.body.append(picture);
            setTimeout(() => done("nothing was stopped"), 3000);
        })"""
    )
    page.close()
    assert blocked == "img-src"
    assert is_foreign("http://127.0.0.1:9/picture.png", compared)
