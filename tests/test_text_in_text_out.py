"""What is typed is what is printed: any name, address and diagnosis that schema and fonts allow.

Each text is looked for in the document's own text, in the bundle's, and as ink on the page: a right text layer over a
box or over nothing would not do.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from built import make_docx, make_set
from conftest import AS_OF, EXAMPLES, change
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pages import ink, pictures

from pipeline.build import build_case
from pipeline.characters import refused_characters
from pipeline.check import Options
from pipeline.engines import load_engine
from pipeline.pdftext import squeezed, text_of
from pipeline.resources import read_data

_EDGES = read_data("glyphs")["edges"]
_COVERED = [
    chr(code)
    for first, after in zip(_EDGES[::2], _EDGES[1::2], strict=True)
    for code in range(first, after)
    if not refused_characters(chr(code)) and not chr(code).isspace()
]
#: Marks that combine with what stands before them, alone, are drawn as the layout likes.
_STANDING = [character for character in _COVERED if not unicodedata.combining(character)]
_HAN = [character for character in _STANDING if unicodedata.name(character, "").startswith("CJK UNIFIED")]
characters = st.sampled_from(_STANDING)
names = st.text(st.sampled_from(_HAN), min_size=2, max_size=20)
addresses = st.text(characters | st.sampled_from(" -/()"), min_size=1, max_size=200).filter(str.strip)
diagnoses = st.text(characters | st.just(" "), min_size=1, max_size=200).filter(str.strip)


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Callable[[dict[str, str]], Path]:
    """Build the case with these values; returns the folder of its packet."""
    folder = tmp_path_factory.mktemp("text")
    fields = ("patient.name.chinese", "patient.address.text", "condition.diagnosis.zh")
    set_folder = make_set(folder / "set", *(f"{{{{ {field} }}}}" for field in fields))
    data: dict[str, Any] = json.loads((EXAMPLES / "xu-wenjing" / "case.json").read_text(encoding="utf-8"))
    change(data, {"/attachments": []})
    options = Options(AS_OF, templates=str(set_folder), allow_missing=True)

    def make(values: dict[str, str]) -> Path:
        case = json.loads(json.dumps(data))
        change(case, values)
        path = folder / "case.json"
        path.write_text(json.dumps(case, ensure_ascii=False), encoding="utf-8")
        return build_case(path, folder / "out", options).folder

    return make


def assert_printed(folder: Path, texts: list[str]) -> None:
    [document] = folder.glob("documents/*.pdf")
    for pdf in (document.read_bytes(), (folder / "bundle.pdf").read_bytes()):
        found = text_of(pdf)
        assert [text for text in texts if squeezed(text) not in found] == []


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(name=names, address=addresses, diagnosis=diagnoses)
def test_any_text_is_in_document_and_bundle(
    build: Callable[[dict[str, str]], Path], name: str, address: str, diagnosis: str
) -> None:
    values = {"/patient/name/chinese": name, "/patient/address/text": address, "/condition/diagnosis/zh": diagnosis}
    assert_printed(build(values), [name, address, diagnosis])


@pytest.mark.parametrize(
    "text",
    [
        *("A & B", "<select>", "a < b > c", "]]>", "{{ case_id }}", "{% raw %}", "%PDF-1.7", "\\n \\t \\", "'\"`"),
        *("𠮷野家", "䶮", "㛃", "﨑", "葛\U000e0100城", "é e\u0301 ñ", "Ωμεγα", "Привет", "ｱｲｳ", "①②③", "㍿", "한국어"),
        "長" * 200,
        "W" * 200,
        "a b " * 50,
    ],
)
def test_texts_that_were_lost_somewhere_before(build: Callable[[dict[str, str]], Path], text: str) -> None:
    assert_printed(build({"/patient/address/text": text}), [text])


@settings(max_examples=40)
@given(character=st.sampled_from([each for each in _STANDING if unicodedata.category(each) not in {"Zs", "Cf", "Mn"}]))
def test_any_character_leaves_ink(character: str) -> None:
    engine = load_engine("office2pdf")
    [shown], [empty] = (pictures(engine.convert(make_docx(text))) for text in (character * 3, ""))
    assert ink(shown, empty) > 0.01


def test_the_pages_are_compared_with_an_empty_one() -> None:
    engine = load_engine("office2pdf")
    [one], [other] = (pictures(engine.convert(make_docx(""))) for _ in range(2))
    assert ink(one, other) == 0
