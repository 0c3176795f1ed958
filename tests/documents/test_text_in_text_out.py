"""What is typed is what is printed: any name, address and diagnosis that schema and fonts allow.

Each text is looked for in the document's own text, in the bundle's, and as ink on the page: a right text layer over a
box or over nothing would not do.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.documents.engines.engine import DEFAULT_ENGINE, load_engine
from pipeline.formats.characters import refused_characters
from pipeline.formats.pdf.reading import squeeze, text_of
from pipeline.options import BuildOptions
from pipeline.resources import read_data
from pipeline.run.one import build_case
from tests.support.attachments import page_text, pdf_of
from tests.support.built import make_docx, make_set
from tests.support.cases import AS_OF, EXAMPLES, REMOVE, change
from tests.support.pages import ink, inked, pictures

pytestmark = pytest.mark.slow

_EDGES = read_data("glyphs", "formats")["edges"]
_COVERED = [
    chr(code)
    for first, after in zip(_EDGES[::2], _EDGES[1::2], strict=True)
    for code in range(first, after)
    if not refused_characters(chr(code)) and not chr(code).isspace()
]
#: Marks that combine with what stands before them, alone, are drawn as the layout likes.
_STANDING = [character for character in _COVERED if not unicodedata.combining(character)]
characters = st.sampled_from(_STANDING)


#: Of what schemas/common.schema.json allows: a name of a person or an agency, and one in passport letters.
def texts(more: str, longest: int) -> st.SearchStrategy[str]:
    """Any text that a case may have."""
    drawn = st.text(characters | st.sampled_from(more), min_size=1, max_size=longest)
    return drawn.filter(lambda text: bool(text.strip()) and not refused_characters(text))


names = texts(" ·-", 100)
passport_names = st.from_regex(r"[A-Z]([A-Z' -]{0,37}[A-Z])?", fullmatch=True)
addresses = texts(" -/()", 200)
diagnoses = texts(" ", 200)


#: Values that are printed, one below the other.
FIELDS = (
    *("patient.name.chinese", "patient.name.surname", "visa.agency", "hospital.contact.name.ja"),
    *("patient.address.text", "condition.diagnosis.zh"),
)
Build = Callable[[Mapping[str, str]], Path]


def builder(folder: Path, *paragraphs: str) -> Build:
    """Builds the case with some values changed, with a template of these paragraphs; gives the folder of its packet."""
    data: dict[str, Any] = json.loads((EXAMPLES / "xu-wenjing" / "case.json").read_text(encoding="utf-8"))
    others = ("/patient/passport/mrz", "/patient/name/chinese_surname")  # they hold the names too
    change(data, {"/attachments": [], **dict.fromkeys(others, REMOVE)})
    options = BuildOptions(AS_OF, templates=str(make_set(folder / "set", *paragraphs)), allow_missing=True)

    def make(values: Mapping[str, str]) -> Path:
        case = json.loads(json.dumps(data))
        change(case, values)
        path = folder / "case.json"
        path.write_text(json.dumps(case, ensure_ascii=False), encoding="utf-8")
        return build_case(path, folder / "out", options).folder

    return make


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Build:
    return builder(tmp_path_factory.mktemp("text"), *(f"{{{{ {field} }}}}" for field in FIELDS))


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The bundle that is built when nothing is printed: what stands on its page is of no value."""
    return (builder(tmp_path_factory.mktemp("empty"), "")({}) / "bundle.pdf").read_bytes()


def assert_printed(folder: Path, texts: Sequence[str], empty: bytes) -> None:
    [document] = folder.glob("documents/*.pdf")
    bundle = (folder / "bundle.pdf").read_bytes()
    for found in (text_of(document.read_bytes()), text_of(bundle), squeeze(inked(bundle, empty))):
        assert [text for text in texts if squeeze(text) not in found] == []


@settings(max_examples=settings().max_examples // 10)
@given(texts=st.tuples(names, passport_names, names, names, addresses, diagnoses))
def test_any_text_is_in_document_and_bundle_and_seen_on_its_page(
    build: Build, empty: bytes, texts: tuple[str, ...]
) -> None:
    values = {"/" + field.replace(".", "/"): text for field, text in zip(FIELDS, texts, strict=True)}
    assert_printed(build(values), texts, empty)


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
def test_texts_that_were_lost_somewhere_before(build: Build, empty: bytes, text: str) -> None:
    assert_printed(build({"/patient/address/text": text}), [text], empty)


@settings(max_examples=settings().max_examples // 25)
@given(
    drawn=st.lists(
        st.sampled_from([each for each in _STANDING if unicodedata.category(each) not in {"Zs", "Cf", "Mn"}]),
        min_size=40,
        max_size=40,
        unique=True,
    )
)
def test_any_character_leaves_ink(drawn: list[str]) -> None:
    engine = load_engine(DEFAULT_ENGINE)
    shown, empty = (engine.convert(make_docx(*texts)) for texts in (drawn, [""]))
    seen = inked(shown, empty)
    # Alone too: Korean letters that follow each other are squeezed into a syllable.
    texts = (squeeze(seen), *map(squeeze, seen))
    assert [each for each in drawn if not any(squeeze(each) in text for text in texts)] == []


def test_the_pages_are_compared_with_an_empty_one() -> None:
    engine = load_engine(DEFAULT_ENGINE)
    [one], [other] = (pictures(engine.convert(make_docx(""))) for _ in range(2))
    assert ink(one, other) == 0


def test_text_over_nothing_is_not_seen() -> None:
    """As over a picture in which the letters are missing: a reader finds it, and nobody sees it."""
    shown, hidden = page_text("shown"), b"3 Tr " + page_text("hidden", at=(72, 500))
    both, empty = pdf_of(shown + b" " + hidden), pdf_of(b"")
    assert text_of(both) == "shownhidden"
    assert squeeze(inked(both, empty)) == "shown"
    assert squeeze(inked(both, both)) == ""
