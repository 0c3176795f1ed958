"""Whole sets: the shipped ones are right, and one deliberate mistake of each kind is found at its place."""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from pipeline.authoring.check.sets import check_sets
from pipeline.errors import TemplateError
from pipeline.packet.set_files import shipped_sets
from tests.support.built import make_docx, make_set, with_parts, with_text
from tests.support.cases import REMOVE, ROOT, change
from tests.support.template_checks import check_here, word_place

pytestmark = [pytest.mark.usefixtures("inline_pools"), pytest.mark.slow]

SMALL = ROOT / "templates" / "short-term-visit"
GUARANTEE, OTHER = "letter-of-guarantee.docx", "other.docx"
RELS, FOOTER = "word/_rels/document.xml.rels", "word/footer1.xml"

Spoil = Callable[[bytes], bytes]


def text(old: str, new: str, part: str = "word/document.xml") -> Spoil:
    return lambda content: with_text(content, old, new, part)


def test_the_shipped_sets_are_right() -> None:
    """Nothing is found but a note with the fields that no template shows: the longest texts fit too."""
    shipped = check_sets(shipped_sets())
    assert [each.name for each in shipped] == ["medical-stay", "short-term-visit"]
    assert {(one.severity, one.code) for each in shipped for one in each.findings} == {("info", "name-unused")}
    assert all(each.templates == len(list((ROOT / "templates" / each.name).glob("*.docx"))) for each in shipped)
    unused = [[one.message for one in each.findings if one.code == "name-unused"] for each in shipped]
    medical, short = (set(message.removeprefix("no template of this set prints ").split(", ")) for (message,) in unused)
    assert {"treatment.plan_number", "costs", "tb_screening"} <= short
    assert not {"patient.name", "guarantor.fax", "treatment.visits", "patient.passport.number"} & short
    assert len(medical) < len(short)


def test_the_starter_is_right() -> None:
    (checked,) = check_sets([str(ROOT / "templates" / "starter.docx")])
    assert {finding.code for finding in checked.findings if finding.severity != "info"} == {"placeholder-left"}


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SMALL, tmp_path / "short-term-visit"))


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A set of two letters without an error, for what is about the set and not about its letters."""
    folder = make_set(tmp_path / "small", "text")
    packet = json.loads((folder / "packet.json").read_text(encoding="utf-8"))
    packet["contents"].insert(1, {**packet["contents"][0], "document": "other", "template": OTHER})
    (folder / "packet.json").write_text(json.dumps(packet, ensure_ascii=False, indent=2), encoding="utf-8")
    (folder / OTHER).write_bytes(make_docx("text"))
    return folder


@pytest.fixture
def right(tmp_path: Path) -> Path:
    """A set of one letter in which nothing is found that is more than a note."""
    folder = make_set(tmp_path / "small")
    shutil.copy(SMALL / "letter-of-guarantee.docx", folder / "letter.docx")
    return folder


JP, MINCHO = 'w:eastAsia="Noto Sans CJK JP"', 'w:eastAsia="MS Mincho"'


def _elsewhere(content: bytes) -> bytes:
    """The letter with every Japanese font of its body set to another."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        xml = archive.read("word/document.xml").decode()
    return with_parts(content, {"word/document.xml": xml.replace(JP, MINCHO).encode()})


LINK = '<Relationship Id="x" Type="a/image" Target="http://a" TargetMode="External"/></Relationships>'
ENTITIES = "<!DOCTYPE a [<!ENTITY b 'c'>]><w:document "
BOMB, CLIMBS = {"word/a.bin": b"\0" * 3_000_000}, {"../a.xml": b"<a/>"}
ENDLESS = f"{{% for x in {[1] * 400} %}}{{% for y in {[1] * 400} %}}{{% endfor %}}{{% endfor %}}"
FIRST = "{{ (companions|first).name.chinese }}"

#: What is spoilt in the letter of guarantee -> code, part, words of the message.
MISTAKES: Mapping[str, tuple[Spoil, str, str | None, str]] = {
    "not a zip": (lambda _: b"text", "template-unusable", None, "not a ZIP archive"),
    "truncated": (lambda content: content[:3000], "template-unusable", None, "cut off"),
    "bomb": (lambda content: with_parts(content, BOMB), "template-archive", "word/a.bin", "times its size"),
    "climbs out": (lambda content: with_parts(content, CLIMBS), "template-archive", "../a.xml", "out of"),
    "entities": (text("<w:document ", ENTITIES), "template-xml", "word/document.xml", "entities"),
    "link": (text("</Relationships>", LINK, RELS), "template-link", RELS, "http://a"),
    "embedded": (text("<w:t ", "<w:object/><w:t "), "template-embedded", "body", "embedded"),
    "tracked": (text("<w:r>", '<w:ins w:id="1" w:author="a"/><w:r>'), "template-tracked", "body", "tracked"),
    "unclosed tag": (text("{% endif %}", ""), "DTL101", "body", "never closed"),
    "unknown name": (text("guarantor.address.ja", "guarantor.adress.ja"), "name-unknown", "body", "'address'"),
    "sandbox": (text("{{ addressee.ja }}", "{{ ''.__class__ }}"), "name-unknown", "body", "__class__"),
    "full-width braces": (text("{{ addressee.ja }}", "｛｛ addressee.ja ｝｝"), "tag-braces", "body", "｛｛"),
    "an endless loop": (text("{{ addressee.ja }}", ENDLESS), "template-field", "body", "100,000 turns"),
    "symbol": (
        text("<w:t ", '<w:sym w:font="Wingdings" w:char="F0FE"/><w:t '),
        "template-unsupported",
        "body",
        "a symbol of a font",
    ),
    "hidden": (
        text("<w:r>", "<w:r><w:rPr><w:vanish/></w:rPr><w:t>x</w:t></w:r><w:r>"),
        "hidden-text",
        "body",
        "hidden",
    ),
    "comment": (text("<w:t ", '<w:commentReference w:id="0"/><w:t '), "comment-left", "body", "comment"),
    "no guard": (text("{% if guarantor.fax %}", "{% if guarantor.phone %}"), "name-optional", "body", "guarantor.fax"),
    "in the footer": (text("passport.number", "passport.numbers", FOOTER), "name-unknown", "footer 1", "'number'"),
    "font": (_elsewhere, "font-not-shipped", "body", "MS Mincho"),
    "glyph": (text("滞在費", "滞在費☑"), "glyph-missing", "body", "U+2611"),
    "convention": (text('w:lineRule="exact"', 'w:lineRule="auto"'), "line-pitch", "body", "exact"),
    "only when filled": (text("{{ addressee.ja }}", FIRST), "template-field", "body", "filled with"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_deliberate_mistake_is_found_at_its_place(copied: Path, mistake: str) -> None:
    spoil, code, part, words = MISTAKES[mistake]
    path = copied / GUARANTEE
    path.write_bytes(spoil(path.read_bytes()))
    reported = check_here(path, copied)
    found = [finding for finding in reported if finding.code == code]
    assert found, reported
    first = found[0]
    assert first.severity == ("warning" if mistake in {"convention", "hidden", "comment"} else "error")
    assert first.file == str(path)
    assert (word_place(first).part if part else first.place) == part
    assert words in first.message
    if part in {"body", "footer 1"}:
        place = word_place(first)
        assert place.text
        assert place.after if part == "body" else place.paragraph == 1


def test_a_mistake_costs_the_others_nothing(small: Path) -> None:
    (small / OTHER).write_bytes(b"text")
    (checked,) = check_sets([str(small)])
    errors = [finding for finding in checked.findings if finding.severity == "error"]
    assert [finding.file for finding in errors] == [str(small / OTHER)]
    assert checked.templates == 2


def test_packet_json_is_checked_and_the_files_all_the_same(small: Path) -> None:
    path = small / "packet.json"
    data = json.loads(path.read_text(encoding="utf-8"))
    edits = {"/contents/0/when": "sometimes", "/contents/1/tittle": {}, "/title/zh": REMOVE, "/official_list": REMOVE}
    change(data, edits)
    path.write_text(json.dumps(data, ensure_ascii=False, indent=2), encoding="utf-8")
    (checked,) = check_sets([str(path)])
    errors = [finding for finding in checked.findings if finding.severity == "error"]
    assert {(finding.code, finding.pointer, finding.file) for finding in errors if finding.pointer is not None} == {
        ("schema-enum", "/contents/0/when", str(path)),
        ("schema-unknown-field", "/contents/1/tittle", str(path)),
        ("schema-required", "/title", str(path)),
        ("schema-required", "", str(path)),
    }
    assert all(finding.line for finding in errors)
    assert checked.templates == 2


def test_a_file_that_no_entry_names(right: Path) -> None:
    (right / "forgotten.docx").write_bytes(make_docx("text"))
    (right / "~$open.docx").write_bytes(b"")
    (checked,) = check_sets([str(right)])
    warnings = [finding for finding in checked.findings if finding.severity == "warning"]
    assert [(finding.code, finding.file) for finding in warnings] == [
        ("template-unlisted", str(right / "forgotten.docx"))
    ]


def test_an_id_that_is_not_the_folder(right: Path) -> None:
    other = right.rename(right.parent / "other-name")
    (checked,) = check_sets([str(other)])
    assert [finding.code for finding in checked.findings if finding.severity == "warning"] == ["packet-id"]


def test_a_missing_file_is_reported_once(small: Path) -> None:
    (small / OTHER).unlink()
    (checked,) = check_sets([str(small)])
    errors = [finding.code for finding in checked.findings if finding.severity == "error"]
    assert errors == ["template-missing"]


def test_an_unknown_set() -> None:
    with pytest.raises(TemplateError):
        check_sets(["no-such-set"])


def test_the_same_set_twice_is_checked_once(small: Path) -> None:
    path = str(small / OTHER)
    assert len(check_sets([path, path])) == 1


def test_a_file_is_not_checked_again_beside_its_set(small: Path) -> None:
    """As pre-commit names what changed. A file that the set does not know is checked all the same."""
    (small / "forgotten.docx").write_bytes(b"text")
    names = [str(small / name) for name in (OTHER, "packet.json", "forgotten.docx")]
    assert [each.name for each in check_sets(names)] == [str(small), str(small / "forgotten.docx")]
