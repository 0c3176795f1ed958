"""The pages as they would be printed now: which there are, drawing one of them, and a process that fails."""

from __future__ import annotations

import json
from pathlib import Path

import pypdfium2
import pytest

from pipeline.cli.desk import drawings
from pipeline.cli.desk.builds import Builds
from pipeline.cli.desk.case_form import SECTIONS
from pipeline.cli.desk.desk_folder import DeskFolder
from pipeline.cli.desk.drawing_process import draw_part, field_links
from pipeline.cli.desk.drawings import Drawings
from pipeline.cli.desk.page_list import draw_request, list_files
from pipeline.documents.printed_places import FieldPlace
from pipeline.system.limited_client import CallFailedError
from tests.support.asgi import Client
from tests.support.cases import PERSONAL

DOCUMENT = "tb-screening-checklist"


@pytest.fixture
def path(folder: DeskFolder) -> Path:
    [found] = folder.cases().values()
    return found


def test_the_screen_has_a_place_for_every_part(client: Client, case: str, folder: DeskFolder, path: Path) -> None:
    page = client.get(f"{case}/pages?lang=en").text
    parts = [part for file in list_files(folder, path, "en") for part in file.parts]
    assert {DOCUMENT, "cover-sheet", "attachment-1-passport"} <= {part.id for part in parts}
    assert page.count("data-part=") == len(parts)
    assert page.count("data-last") == sum(part.is_cover for part in parts) == 2
    beside = client.get(f"{case}?lang=en").text.partition('id="beside"')[2].partition("</select>")[0]
    assert f'value="{DOCUMENT}"' in beside
    assert "attachment" not in beside


@pytest.mark.slow
def test_a_document_has_the_newest_values_each_with_its_field(folder: DeskFolder, path: Path) -> None:
    before = path.read_bytes()
    answers = {"/patient/name/chinese": "王大明", "/patient/birth_date": "1992-03-15"}
    [page] = draw_part(draw_request(folder, path, DOCUMENT, answers, "en")).pages
    assert page.png.startswith(b"\x89PNG")
    titles = {link.pointer: link.title for link in page.links}
    assert titles["/patient/name/chinese"] == "Patient › Name › Name in Chinese characters"
    assert {pointer.split("/")[1] for pointer in titles} <= {*SECTIONS}
    assert all(0 <= edge <= 100 for link in page.links for edge in link.box)
    [same] = draw_part(draw_request(folder, path, DOCUMENT, answers, "ja")).pages
    assert same.png == page.png
    [saved] = draw_part(draw_request(folder, path, DOCUMENT, {}, "en")).pages
    assert saved.png != page.png
    assert path.read_bytes() == before


def test_a_link_has_its_place_in_percent_and_a_field_in_the_form() -> None:
    page = pypdfium2.PdfDocument.new().new_page(300, 400)
    places = [FieldPlace(pointer, 0, (30, 300, 60, 320)) for pointer in ("/case_id", "/treatment/visits/0/entry_date")]
    [link] = field_links(page, places, "en")
    assert link.title == "Treatment › Visits › Date of entry"
    assert link.box == pytest.approx((10, 20, 10, 5))


def test_a_page_that_cannot_be_drawn_says_what_is_missing(folder: DeskFolder, path: Path) -> None:
    wrong = draw_part(draw_request(folder, path, DOCUMENT, {"/patient/birth_date": "no day"}, "en"))
    assert wrong.pages, "a wrong value counts as absent"
    case = json.loads(path.read_text(encoding="utf-8"))
    del case["visa"]["mission"]
    del case["treatment"]["visits"]
    path.write_text(json.dumps(case, ensure_ascii=False), encoding="utf-8")
    lacking = draw_part(draw_request(folder, path, "schedule-of-stay", {}, "en"))
    assert not lacking.pages
    [found] = lacking.findings
    assert found["code"] == "draft-left-out"
    assert not [value for value in PERSONAL if value in str(lacking.findings)]
    assert draw_part(draw_request(folder, path, "no-such-part", {}, "en")) == type(lacking)()


def test_a_process_that_ends_is_an_error_and_is_replaced(
    folder: DeskFolder, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drawings, "_MODULE", "pipeline.resources")  # it ends at once
    drawn = Drawings()
    request = draw_request(folder, path, DOCUMENT, {}, "en")
    for _ in range(2):
        with pytest.raises(CallFailedError):
            drawn.draw(request)
    assert drawn._process is None, "nothing is left"
    drawn.close()


def test_nothing_is_drawn_or_built_any_more_after_the_end(folder: DeskFolder, path: Path) -> None:
    drawn, builds, [key] = Drawings(), Builds(folder), folder.cases()
    drawn.close()
    builds.close()
    with pytest.raises(CallFailedError):
        drawn.draw(draw_request(folder, path, DOCUMENT, {}, "en"))
    builds.start(key, "en")
    assert (drawn._process, builds.find(key)) == (None, None)


def test_only_the_newest_pictures_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawings, "_MOST_PICTURES", 2)
    drawn = Drawings()
    first, second = drawn.add(b"1"), drawn.add(b"2")
    assert drawn.add(b"1") == first
    drawn.add(b"3")
    assert drawn.picture(first) == b"1"
    with pytest.raises(LookupError):
        drawn.picture(second)


def test_the_routes_know_only_cases_of_the_folder(client: Client, case: str) -> None:
    assert client.send("POST", "/cases/unknown/pages/cover-sheet", {}).status == 404
    assert client.send("POST", f"{case}/pages/cover-sheet", b"[]").status == 404
    assert client.get(f"{case}/pages/0123456789abcdef.png").status == 404
    assert client.get("/cases/unknown/pages/0123456789abcdef.png").status == 404
