"""A paper is searched for its traveller and for numbers of others: by its text, and a photo as a picture."""

from __future__ import annotations

import io
import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageFilter

from pipeline.attachments.messages import ReadLine, Wanted
from pipeline.attachments.paper_text import search_text
from pipeline.attachments.photo import judge_photo
from pipeline.attachments.plain_colours import ORIENTATION
from pipeline.attachments.scan_search import search_scan
from pipeline.attachments.wanted import wanted_of
from pipeline.case.load import load_case
from pipeline.errors import CaseError
from pipeline.options import CheckOptions
from pipeline.packet.plan import plan_packet
from pipeline.packet.set_files import load_template_set
from pipeline.run.check import check_case
from tests.support.attachments import encoded
from tests.support.built import make_picture
from tests.support.cases import AS_OF, EXAMPLES, GOOD_EXAMPLES, Edit
from tests.support.codings import lab

pytestmark = pytest.mark.slow

WANTED = Wanted(
    holds=("name", "passport_number", "birth_date"),
    chinese="王晓明",
    surname="WANG",
    given_names="XIAO MING",
    passport_number="EJ0123456",
    birth_date=date(1992, 3, 14),
    expiry_date=date(2032, 5, 18),
    own={"passport_number": ("EJ0123456",), "resident_id": ("110105199203140032",), "zone": ("EJ0123456",)},
)
PHOTO = (EXAMPLES / "wang-xiaoming" / "papers" / "photo.jpg").read_bytes()


def found(text: str) -> list[tuple[str, tuple[str, ...]]]:
    return [(note.rule, note.details) for note in search_text(text, WANTED)]


@pytest.mark.parametrize(
    "text",
    [
        *("Account of WANG XIAO MING, Beijing", "Account of Xiaoming Wang, Beijing", "Mr. WANG,XIAOMING of Beijing"),
        *("Given XIAOMING -- surname: WANG --", "P<CHNWANG<<XIAO<MING<<<<<<<<<<<", "Holder of EJ 0123456 in Beijing"),
        *("Born on 14 March 1992 in Beijing", "Date of birth 1992.03.14 Beijing", "19920314 date of birth, Beijing"),
    ],
)
def test_the_traveller_is_found_in_every_form(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize("text", ["Account of WANG MING in Beijing", "Account of Zhou Xiaoming, Beijing"])
def test_somebody_else_is_not(text: str) -> None:
    assert found(text) == [("DOC-19", WANTED.holds)]


def test_every_kind_of_number_of_another_is_named() -> None:
    zone = "EA76543214CHN9001011F3001019<<<<<<<<<<<<<<08"
    assert found(f"EA7654321 110101199001011237 {zone}") == [("DOC-18", ("passport_number", "resident_id", "zone"))]


def test_the_passport_of_a_companion_is_not_that_of_the_patient() -> None:
    """Other papers may hold the zones of all travellers."""
    case = load_case(EXAMPLES / "chen-lihua" / "case.json").case
    templates = load_template_set("medical-stay")
    wanted = {part.id: wanted_of(part, case, templates) for part in plan_packet(case, templates).attachments}
    [passport] = [each for name, each in wanted.items() if each and name == "attachment-1-passport"]
    [funds] = [each for name, each in wanted.items() if each and name.endswith("funds-proof")]
    zone = (case.companions[0].passport.mrz or ("", ""))[1]
    assert [note.details for note in search_text(zone, passport)] == [("zone",)]
    assert [note.rule for note in search_text(f"{zone} {case.patient.name.chinese}", funds)] == []
    lines = [ReadLine(zone, 1, (20, 20, 190, 26))]
    assert [note.details for note in search_scan(lines, passport)] == [("zone",)]
    assert [note.rule for note in search_scan(lines, funds)] == ["DOC-28"]


@given(st.from_regex(r"[EG][A-Z]?[0-9]{6,9}|[0-9]{15,20}", fullmatch=True))
def test_a_number_of_the_traveller_is_never_that_of_another(number: str) -> None:
    """Whatever else the paper says."""
    rules = [rule for rule, _ in found(f"WANG XIAOMING EJ0123456 110105199203140032 {number}")]
    assert "DOC-19" not in rules
    assert "DOC-18" not in rules


@pytest.mark.parametrize("example", GOOD_EXAMPLES)
def test_no_paper_of_the_examples_is_doubted(example: str) -> None:
    checked = check_case(EXAMPLES / example / "case.json", CheckOptions(AS_OF))
    assert {problem.code for problem in checked.problems} & {"DOC-18", "DOC-19", "DOC-21", "PHO-01", "PHO-02"} == set()


def test_the_certificate_of_another_patient_is_refused(case_folder: Path, edit: Edit) -> None:
    other = EXAMPLES / "chen-lihua" / "papers" / "bank-certificate.pdf"
    (case_folder / "papers" / "bank-certificate.pdf").write_bytes(other.read_bytes())
    case = edit({"/attachments/2/issued_on": "2026-11-10"})
    with pytest.raises(CaseError) as error:
        check_case(case, CheckOptions(AS_OF))
    [problem] = [each for each in error.value.problems if each.code in {"DOC-18", "DOC-19"}]
    roles = [attachment["role"] for attachment in json.loads(case.read_text(encoding="utf-8"))["attachments"]]
    assert problem.pointer == f"/attachments/{roles.index('funds_proof')}/path"
    assert "funds_proof" in problem.message


def orientation(value: int) -> Image.Exif:
    exif = Image.Exif()
    exif[ORIENTATION] = value
    return exif


@pytest.mark.parametrize(
    ("picture", "expected"),
    [
        (make_picture("PNG", (60, 120)), [("PHO-01", ("few_pixels",))]),
        (encoded(Image.new("RGB", (60, 120)), "PNG"), [("PHO-01", ("few_pixels", "one_colour"))]),
        (encoded(Image.effect_noise((500, 500), 6).convert("RGB"), "PNG"), [("PHO-01", ("one_colour",))]),
        (make_picture("PNG", (700, 900)), [("PHO-02", ("shape",))]),
        ((EXAMPLES / "wang-xiaoming" / "papers" / "passport.png").read_bytes(), [("PHO-01", ("wide",))]),
        (make_picture("JPEG", (900, 700)), [("PHO-01", ("wide",))]),
        (make_picture("JPEG", (900, 700), exif=orientation(6)), [("PHO-02", ("shape",))]),
    ],
)
def test_a_picture_that_is_no_photo(picture: bytes, expected: list[tuple[str, tuple[str, ...]]]) -> None:
    assert [(note.rule, note.details) for note in judge_photo(picture, (45.0, 45.0))] == expected


@pytest.mark.parametrize("quality", [95, 40])
@pytest.mark.parametrize("degrees", [0, -2, 2])
@pytest.mark.parametrize("crop", [0, 20])
def test_a_photo_that_was_scanned_or_sent_by_phone_is_good(quality: int, degrees: int, crop: int) -> None:
    photo = Image.open(io.BytesIO(PHOTO)).resize((600, 600)).rotate(degrees, fillcolor="white")
    noisy = Image.blend(photo, Image.effect_noise(photo.size, 60).convert("RGB"), 0.05)
    sent = encoded(noisy.crop((crop, crop, 600 - crop, 600 - crop)), "JPEG", quality=quality)
    assert list(judge_photo(sent, (45.0, 45.0))) == []


def test_a_blurred_photo_is_doubted() -> None:
    blurred = Image.open(io.BytesIO(PHOTO)).filter(ImageFilter.GaussianBlur(12))
    assert [note.details for note in judge_photo(encoded(blurred, "JPEG"), (45.0, 45.0))] == [("blurred",)]


def test_a_photo_in_lab_colours_is_judged_as_any_other() -> None:
    photo = Image.open(io.BytesIO(PHOTO)).convert("RGB").resize((600, 600))
    assert list(judge_photo(encoded(lab(photo), "TIFF"), (45.0, 45.0))) == []
