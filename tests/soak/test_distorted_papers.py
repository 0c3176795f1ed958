"""Copies of right papers raise no alarm, however they were made; papers of somebody else do, by their role."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from pipeline.attachments.messages import Wanted
from pipeline.attachments.scan_client import compare_scan, prepare_scans
from pipeline.attachments.scan_search import NOT_READ_RULE
from pipeline.attachments.wanted import wanted_of
from pipeline.case.load import load_case
from pipeline.packet.plan import plan_packet
from pipeline.packet.set_files import load_template_set
from tests.support.attachments import encoded
from tests.support.cases import EXAMPLES, Edit
from tests.support.reading import pictures_of, read
from tests.support.run import Command
from tests.support.scans import DISTORTIONS, distorted, needs_reader

pytestmark = [pytest.mark.soak, needs_reader]

OWN, OTHERS = EXAMPLES / "wang-xiaoming" / "papers", EXAMPLES / "chen-lihua" / "papers"
#: Role -> the paper of the examples, and its page with the traveller.
PAPERS = {
    "passport": ("passport.png", 0),
    "visa_application": ("visa-application.pdf", 0),
    "combined_form": ("combined-form.pdf", 0),
    "funds_proof": ("bank-certificate.pdf", 0),
    "identity_document": ("hukou.pdf", 2),
}


def page_of(folder: Path, role: str) -> Image.Image:
    """Return the page with the traveller as a picture."""
    name, page = PAPERS[role]
    if name.endswith(".png"):
        return Image.open(folder / name).convert("RGB")
    return pictures_of((folder / name).read_bytes(), 150)[page]


@pytest.fixture(scope="module")
def wanted() -> dict[str, Wanted]:
    """What the papers of the example must hold, by role."""
    prepare_scans()
    templates = load_template_set("medical-stay")
    case = load_case(EXAMPLES / "wang-xiaoming" / "case.json").case
    parts = plan_packet(case, templates).attachments
    found = {part.attachment.role: wanted_of(part, case, templates) for part in parts}
    return {role: each for role, each in found.items() if each is not None}


def test_there_are_enough_copies() -> None:
    assert len(DISTORTIONS) >= 20


@pytest.mark.timeout(7200)
@pytest.mark.parametrize("role", PAPERS)
def test_no_copy_of_a_right_paper_raises_an_alarm(
    role: str, wanted: dict[str, Wanted], subtests: pytest.Subtests
) -> None:
    unread = []
    for name in DISTORTIONS:
        with subtests.test(name):
            pdf = read(distorted(page_of(OWN, role), name), "JPEG").pdf
            rules = {note.rule for note in compare_scan(pdf, wanted[role])}
            assert rules <= {NOT_READ_RULE}
            unread += [name] * len(rules)
    assert len(unread) <= len(DISTORTIONS) // 4, unread


def in_case(edit: Edit, folder: Path, roles: Iterable[str], copy: str | None) -> Path:
    """The case of wang-xiaoming with papers of chen-lihua in those roles, as scans if a kind of copy is named."""
    case = edit({})
    attachments: list[dict[str, Any]] = json.loads(case.read_text(encoding="utf-8"))["attachments"]
    for index, attachment in enumerate(attachments):
        role = attachment["role"]
        if role in roles:
            name = PAPERS[role][0] if copy is None else f"{role}.jpg"
            content = (OTHERS / name).read_bytes() if copy is None else distorted(page_of(OTHERS, role), copy)
            (folder / "papers" / name).write_bytes(content)
            case = edit({f"/attachments/{index}/path": f"papers/{name}"})
    return case


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("copy", [None, "JPEG 40", "turned by 2 degrees"])
@pytest.mark.parametrize("roles", [*((role,) for role in PAPERS), tuple(PAPERS)], ids=lambda roles: roles[0])
def test_each_paper_of_somebody_else_is_an_error(
    roles: tuple[str, ...], copy: str | None, case_folder: Path, edit: Edit, visa_packet: Command
) -> None:
    case = in_case(edit, case_folder, roles, copy)
    attachments = json.loads(case.read_text(encoding="utf-8"))["attachments"]
    run = visa_packet("validate", case, "--as-of", "2026-11-22", "--read-scans", "--json")
    errors = {each["pointer"]: each for each in run.report["results"][0]["problems"] if each["code"] == "DOC-18"}
    places = {f"/attachments/{index}/path": each["role"] for index, each in enumerate(attachments)}
    assert run.code == 3
    assert {places[pointer] for pointer in errors} == set(roles)
    assert all(places[pointer] in each["message"] for pointer, each in errors.items())


@pytest.mark.parametrize("role", ["passport", "identity_document"])
def test_a_photo_instead_of_a_paper_is_not_read(role: str, wanted: dict[str, Wanted]) -> None:
    pdf = read((OWN / "photo.jpg").read_bytes(), "JPEG").pdf
    assert [note.rule for note in compare_scan(pdf, wanted[role])] == [NOT_READ_RULE]


def test_a_scan_of_noise_is_not_read(wanted: dict[str, Wanted]) -> None:
    noise = encoded(Image.effect_noise((1240, 1754), 90).convert("RGB"), "JPEG")
    assert [note.rule for note in compare_scan(read(noise, "JPEG").pdf, wanted["passport"])] == [NOT_READ_RULE]
