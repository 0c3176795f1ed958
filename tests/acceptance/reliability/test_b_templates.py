"""Cases B: a template is wrong, hostile, no Word file at all, or changes while it is used."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from docx import Document

from pipeline.formats.word.text import text_of
from tests.support.built import make_docx, make_set, with_parts, with_text
from tests.support.expectation import Limits, Scene
from tests.support.faults import at_start, by_case
from tests.support.tools import needs_libreoffice, needs_strace

pytestmark = needs_strace
case = pytest.mark.case

LETTER = make_docx("before", "{{ patient.name.chinese }}", "after")
MAIN, RELS, TYPES = "word/document.xml", "word/_rels/document.xml.rels", "[Content_Types].xml"
RELATIONSHIP = (
    '<Relationship Id="x1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{}" {}/>'
)
END = "</Relationships>"
#: Starting the program and refusing a template; nothing of the template may cost more.
QUICK = Limits(seconds=6, megabytes=400)

Refuse = Callable[[bytes, str], str]


@pytest.fixture
def refuse(scene: Scene, tmp_path: Path) -> Refuse:
    """Build with a set of which ``letter`` is the only document; returns what is told of it, in this one code."""

    def build(letter: bytes, code: str) -> str:
        scene.templates = make_set(tmp_path / "set")
        (scene.templates / "letter.docx").write_bytes(letter)
        run = scene.build(scene.case())
        assert run.run.code == 4, run.run.err
        told = [problem for problem in run.run.problems if problem["severity"] == "error"]
        assert {(found["code"], found["file"]) for found in told} == {(code, str(scene.templates / "letter.docx"))}
        run.left_as_it_was(limits=QUICK)
        return "; ".join(problem["message"] for problem in told)

    return build


def linked(kind: str, target: str) -> bytes:
    row = RELATIONSHIP.format(kind, f'Target="{target}" TargetMode="External"')
    return with_text(LETTER, END, row + END, RELS)


@case("B01")
@pytest.mark.parametrize(
    "tag",
    [
        "{{ self.__init__.__globals__.__builtins__.__import__('os').popen('touch /tmp/pwned').read() }}",
        "{% for x in ().__class__.__base__.__subclasses__() %}{{ x }}{% endfor %}",
    ],
)
def test_code_in_a_tag_is_not_run(refuse: Refuse, tag: str) -> None:
    """More forms of it are in test_fill."""
    assert "near “" in refuse(make_docx("before", tag), "template-field")
    assert not Path("/tmp/pwned").exists()  # noqa: S108 - what the tag would make


@case("B03")
def test_a_name_that_no_case_has(refuse: Refuse) -> None:
    tag = "{{ patient.pasport.number }}"
    message = refuse(make_docx("before", tag), "template-field")
    assert f"near “{tag}”" in message
    assert "did you mean 'passport'?" in message


@case("B04")
def test_a_tag_that_is_not_complete(refuse: Refuse) -> None:
    assert "body ¶2: " in refuse(make_docx("before", "{{ case_id"), "template-syntax")


@case("B04")
def test_tags_as_word_leaves_them_work(scene: Scene, tmp_path: Path) -> None:
    """Split over runs by the spelling check, and with the quotes that Word puts in."""
    split = "{{ pat</w:t></w:r><w:proofErr w:type='spellStart'/><w:r><w:t>ient.name.chi</w:t></w:r><w:r><w:t>nese }"
    rest = "</w:t></w:r><w:r><w:t>} {{ patient.name.chinese|replace(“none”, ‘none’) }}"
    scene.templates = make_set(tmp_path / "set")
    (scene.templates / "letter.docx").write_bytes(with_text(make_docx("TAG"), "TAG", split + rest))
    run = scene.build(scene.case())
    assert run.run.code == 0, run.run.err
    run.left_as_it_was({"case-a"})
    name = scene.planted.data["patient"]["name"]["chinese"]
    assert printed(scene) == [f"{name} {name}"]


def printed(scene: Scene) -> list[str]:
    """The paragraphs of the one document of the packet."""
    (filled,) = (scene.out / "case-a" / "documents").glob("*.docx")
    return [text_of(paragraph._p) for paragraph in Document(str(filled)).paragraphs]


@case("B06")
def test_signs_of_xml_in_a_value_are_text(scene: Scene, tmp_path: Path) -> None:
    value = 'QZAAQ & Co <b> a ]]> "x" <w:p>y</w:p> {{ 7*7 }} {% if x %}'
    scene.templates = make_set(tmp_path / "set", "[{{ patient.address.text }}]")
    run = scene.build(scene.case(edits={"/patient/address/text": value}))
    assert run.run.code == 0, run.run.err
    run.left_as_it_was({"case-a"})
    assert printed(scene) == [f"[{value}]"]


def archive(*entries: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in entries:
            made.writestr(name, content)
    return out.getvalue()


def named(name: str) -> bytes:
    info = zipfile.ZipInfo("x")
    info.filename = info.orig_filename = name
    out = io.BytesIO(LETTER)
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as made:
        made.writestr(info, b"<a/>")
    return out.getvalue()


def bomb() -> bytes:
    """More than any part may have; four times as much takes as long to refuse, and a second to make."""
    return with_parts(LETTER, {"word/media/a.bin": b"\0" * 100_000_000})


@case("B08")
@pytest.mark.parametrize(
    ("letter", "words"),
    [
        (bomb, "word/media/a.bin: this entry has more than 20,000,000 bytes when it is unpacked"),
        (lambda: archive(*((f"word/{n}.xml", b"<a/>") for n in range(10_000))), "more than 400 entries"),
        (lambda: named(MAIN), f"{MAIN}: the archive has this entry twice"),
        (lambda: named("../outside.xml"), "../outside.xml: the name of this entry leads out of the archive"),
    ],
    ids=["bomb", "entries", "twice", "climbs"],
)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_an_archive_that_is_a_trap(refuse: Refuse, letter: Callable[[], bytes], words: str) -> None:
    """More kinds of it are in test_docxfile."""
    assert words in refuse(letter(), "template-archive")


@case("B09")
@pytest.mark.parametrize(("part", "encoding"), [(MAIN, "utf-8"), (RELS, "utf-16")])
def test_entities_are_not_expanded(refuse: Refuse, tmp_path: Path, part: str, encoding: str) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("words of another file")
    laughs = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    entities = f'<!ENTITY a0 "ha">{laughs}<!ENTITY x SYSTEM "{secret.as_uri()}">'
    text = f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE a [{entities}]><a>&a9;&x;</a>'
    message = refuse(with_parts(LETTER, {part: text.encode(encoding)}), "template-xml")
    assert message == f"{part}: this part declares a document type or entities"


def kind(content_type: str) -> bytes:
    main = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    return with_text(LETTER, main, content_type, TYPES)


STRICT = b'<w:document xmlns:w="http://purl.oclc.org/ooxml/wordprocessingml/main"/>'
ODT = archive(("mimetype", b"application/vnd.oasis.opendocument.text"), ("content.xml", b"<a/>"))


@case("B11")
@pytest.mark.parametrize(
    ("letter", "code", "words"),
    [
        (kind("application/vnd.ms-word.document.macroEnabled.main+xml"), "template-macro", "has macros"),
        (
            kind("application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml"),
            "template-unusable",
            "is a .dotx",
        ),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2000, "template-unusable", "an old .doc file"),
        (ODT, "template-unusable", "so this is not a Word document"),
        (b"{\\rtf1\\ansi {{ patient.name.chinese }}}", "template-unusable", "an .rtf file"),
        (b"<html><body>{{ patient.name.chinese }}</body></html>", "template-unusable", "an HTML or XML file"),
        (with_parts(LETTER, {MAIN: STRICT}), "template-unusable", "“Strict Open XML”"),
    ],
    ids=["docm", "dotx", "doc", "odt", "rtf", "html", "strict"],
)
def test_another_kind_of_file_is_named(refuse: Refuse, letter: bytes, code: str, words: str) -> None:
    assert words in refuse(letter, code)


#: With the first case, somebody saves the letter again; each case has a worker of its own.
SAVED_AGAIN = "import pathlib; pathlib.Path({file!r}).write_bytes(pathlib.Path({other!r}).read_bytes())"
ONE_CASE_A_WORKER = "import pipeline.run.pools.workers as workers; workers._CASES_PER_WORKER = 1\n"


@case("B12")
def test_a_run_never_uses_two_versions_of_a_template(scene: Scene, tmp_path: Path) -> None:
    scene.templates = make_set(tmp_path / "set", "first {{ patient.name.chinese }}")
    other = make_set(tmp_path / "other", "second {{ patient.name.chinese }}") / "letter.docx"
    again = SAVED_AGAIN.format(file=str(scene.templates / "letter.docx"), other=str(other))
    patch = at_start(tmp_path / "patch", ONE_CASE_A_WORKER, by_case({"case-0": again}))
    names = [f"case-{number}" for number in range(6)]
    for name in names:
        scene.case(name)
    run = scene.build(scene.folder / "cases", "-j", "2", env=patch)
    codes = {result["case_id"]: result["exit_code"] for result in run.run.report["results"] if result["case_id"]}
    told = {problem["code"] for problem in run.run.problems if problem["severity"] == "error"}
    made = {path.parents[1].name: path for path in scene.out.glob("case-[0-9]/documents/*.docx")}
    assert codes["case-0"] == 0
    assert set(made) == {name for name, code in codes.items() if code == 0}
    texts = {paragraph.text[:5] for path in made.values() for paragraph in Document(str(path)).paragraphs}
    assert texts == {"first"}
    assert told == {"template-changed"}


@case("B13")
def test_a_tracked_change_is_refused_at_its_place(refuse: Refuse) -> None:
    """What else is tracked is in test_docxfile; comments and hidden text, which are warnings, in test_look."""
    xml = '<w:ins w:id="1" w:author="x"><w:r><w:t> or not</w:t></w:r></w:ins></w:p>'
    message = refuse(with_text(LETTER, "</w:p>", xml), "template-tracked")
    assert message == "body, near “before or not”: a tracked change is neither accepted nor rejected"


@case("B14")
@pytest.mark.parametrize(
    ("tag", "code", "words"),
    [
        ("{% for x in [1] * 9999 %}" * 3 + "{% endfor %}" * 3, "template-field", "more than 100,000 turns"),
        ("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}", "template-field", "cannot be evaluated: it calls itself"),
        ("{% for s in stays recursive %}{{ loop(stays) }}{% endfor %}", "template-field", "it calls itself"),
        ("{{ 'a' * 99999999999 }}", "template-field", "more than 10,000 entries"),
        ("{{ 9 ** 9 ** 9 ** 9 }}", "template-field", "the operator ** cannot be used here"),
        ("{{" * 60_000, "template-tags", "60,000 tags begin here"),
        ("{% set t = 'a' %}" + "{% set t = t ~ t %}" * 50 + "{{ t }}", "template-memory", "more than 256 MB of memory"),
    ],
    ids=["loops", "macro", "recursive", "product", "power", "beginnings", "doublings"],
)
def test_what_has_no_end_is_ended(refuse: Refuse, tag: str, code: str, words: str) -> None:
    message = refuse(make_docx("before", tag), code)
    assert words in message
    assert "near “" in message


@case("B15")
@pytest.mark.parametrize(
    "engine", ["office2pdf", pytest.param("libreoffice", marks=[needs_libreoffice, pytest.mark.soak])]
)
@pytest.mark.parametrize("target", ["http://127.0.0.1:9/a.png", "file:///etc/passwd"])
def test_a_picture_outside_of_the_file_is_not_fetched(scene: Scene, tmp_path: Path, engine: str, target: str) -> None:
    scene.templates = make_set(tmp_path / "set")
    (scene.templates / "letter.docx").write_bytes(linked("image", target))
    [problem] = scene.build(scene.case(), "--engine", engine).refused(4, ("template-link", None), limits=QUICK)
    assert target in problem["message"]


@case("B15")
def test_a_picture_that_is_not_in_the_file(refuse: Refuse) -> None:
    row = RELATIONSHIP.format("image", 'Target="../../../../etc/passwd"')
    message = refuse(with_text(LETTER, END, row + END, RELS), "template-link")
    assert "a part is missing from the file" in message


@case("B11")
def test_a_pipe_in_the_place_of_a_template_is_not_waited_for(scene: Scene, tmp_path: Path) -> None:
    scene.templates = make_set(tmp_path / "set")
    letter = scene.templates / "letter.docx"
    letter.unlink()
    os.mkfifo(letter)
    scene.build(scene.case()).refused(4, ("template-missing", None), limits=QUICK)
