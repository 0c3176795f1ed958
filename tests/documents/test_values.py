"""Nothing is lost: every value of a case stands in the text of its packet."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pipeline.case.load import load_case
from pipeline.documents.filters import TICKED, date_en, date_ja, date_reiwa, date_zh, phone_ja
from pipeline.formats.pdf.reading import squeeze, text_of
from pipeline.options import BuildOptions
from pipeline.packet.file_names import MANIFEST_NAME
from pipeline.publish.manifest import read_manifest
from pipeline.resources import read_data
from pipeline.run.one import build_case
from pipeline.run.published_packet import PublishedPacket, packet_of
from tests.support.cases import AS_OF, EXAMPLES, GOOD_EXAMPLES, Edit

pytestmark = pytest.mark.slow

#: Tables of printed words, by what the JSON pointer of a code ends with; a number stands for any place in a list.
WORDS = {
    "/sex": "sex",
    "/nationality": "nationality",
    "/passport/kind": "passport_kind",
    "/passport/issuing_country": "nationality",
    "/application/marital_status": "marital_status",
    "/application/work": "work",
    "/condition/kind": "condition_kind",
    "/condition/grade": "grade",
    "/condition/side": "side",
    "/condition/imaging/#/kind": "imaging",
    "/treatment/kind": "treatment_kind",
    "/treatment/route": "route",
    "/treatment/risk_class": "risk_class",
    "/treatment/cell_processing/kind": "cell_processing",
    "/procedures/#/step": "step",
    "/arrival/port": "airport",
    "/departure/port": "airport",
    "/guarantor/kind": "guarantor_kind",
    "/visa/entries": "entries",
    "/tb_screening/residence_country": "nationality",
}
#: What a yes or a no is printed as, where it is no ticked box.
YES_AND_NO = {"hospitalised": ("入院", "通院"), "athlete": ("参赛运动员须知", "")}
#: What is no value to print: where files are, whose they are (the bundle says it), what the address itself says.
NOT_PRINTED = re.compile(r"/(\$schema|attachments/\d+/(path|role|person))$|/address/province$")
#: A code that says that there is nothing to print.
NOTHING = {"/condition/side": "not_applicable"}
NONE = ("无", "none", "なし")


def leaves(data: Any, pointer: str = "") -> Iterator[tuple[str, Any]]:
    """Every value of a case with its JSON pointer."""
    if isinstance(data, dict):
        for key, value in data.items():
            yield from leaves(value, f"{pointer}/{key}")
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from leaves(value, f"{pointer}/{index}")
    else:
        yield pointer, data


def forms(pointer: str, value: Any) -> list[str]:
    """The forms in which a value may be printed."""
    place = re.sub(r"/\d+(?=/|$)", "/#", pointer)
    for end, table in WORDS.items():
        if place.endswith(end):
            words = read_data("labels")[table].get(value)
            return [*words.values(), *([value] if table == "airport" else [])] if words else [value]
    if place.endswith("/visa/mission"):
        value = read_data("missions")["missions"][value]["name"]["ja"]
    if isinstance(value, bool):
        yes, no = YES_AND_NO.get(place.rsplit("/", 1)[-1], (TICKED, TICKED))
        return [yes if value else no]
    if isinstance(value, int):
        return [f"{value:,}", str(value)]
    if value == "none":
        return list(NONE)
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        day = date.fromisoformat(value)
        return [date_ja(day), date_en(day), date_zh(day), value, *([date_reiwa(day)] if day.year > 2019 else [])]
    return [value, *([phone_ja(value)] if place.endswith(("/phone", "/fax")) else [])]


def read(folder: Path) -> PublishedPacket:
    """What the manifest of a packet says was built there."""
    return packet_of(read_manifest((folder / MANIFEST_NAME).read_bytes()), folder)


def text_of_packet(built: PublishedPacket) -> str:
    """The text of all bundles and of the documents that stand apart."""
    paths = [*(bundle.path for bundle in built.manifest.bundles), *built.manifest.apart]
    return "".join(text_of((built.folder / path).read_bytes()) for path in paths)


def lost(path: Path, built: PublishedPacket) -> list[str]:
    """Pointers of the values of the case at ``path`` that its packet does not show."""
    text = text_of_packet(built)
    case = load_case(path).json_file.data
    return [
        pointer
        for pointer, value in leaves(case)
        if not NOT_PRINTED.search(pointer)
        and NOTHING.get(pointer) != value
        and not any(squeeze(str(form)) in text for form in forms(pointer, value))
    ]


@pytest.mark.parametrize("example", GOOD_EXAMPLES)
def test_every_value_of_a_case_stands_in_its_packet(example: str, packet_of: Callable[[str], Path]) -> None:
    assert lost(EXAMPLES / example / "case.json", read(packet_of(example))) == []


def test_every_field_that_a_case_may_have_stands_in_its_packet(edit: Edit, tmp_path: Path) -> None:
    """The optional fields that no example has."""
    path = edit(
        {
            "/treatment/infusion_ml": 4321,
            "/athlete": True,
            "/patient/application/details": "虚构的说明。",
            "/patient/application/work": "employed",
            "/patient/application/questions/convicted": True,
            "/tb_screening/steps": {
                "examination": "2026-10-01",
                "chest_xray": "2026-10-02",
                "sputum_test": "2026-10-03",
                "certificate": "2026-10-04",
            },
            "/tb_screening/panel_clinic": "虚构体检中心",
            "/attachments/0/valid_until": "2032-05-17",
            "/treatment/remote_consultations": ["2027-04-21"],
        }
    )
    assert lost(path, build_case(path, tmp_path, BuildOptions(AS_OF))) == []


def test_a_value_that_is_not_printed_would_be_found(packet_of: Callable[[str], Path]) -> None:
    text = text_of_packet(read(packet_of("xu-wenjing")))
    assert not any(squeeze(form) in text for form in forms("/patient/email", "nobody@example.com"))
    assert not any(squeeze(form) in text for form in forms("/visa/letter_date", "2026-11-19"))
    assert json.loads((EXAMPLES / "xu-wenjing" / "case.json").read_text(encoding="utf-8"))
