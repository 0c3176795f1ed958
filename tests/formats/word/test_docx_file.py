"""Files that are no templates: each is refused with its place; none is waited for, followed or unpacked without end."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path

import pytest

from pipeline.errors import TemplateError
from pipeline.formats.word import archive as limits
from pipeline.formats.word import word_pictures as pictures
from pipeline.formats.word.docx_file import open_docx, read_docx
from pipeline.formats.word.elements import field_codes
from pipeline.formats.word.parts import MAIN_PART
from pipeline.formats.word.rejections import WordFileError
from pipeline.packet.set_files import load_template_set
from tests.support.built import make_docx, make_png_header, with_parts, with_text
from tests.support.cases import ROOT

pytestmark = pytest.mark.slow

LETTER = make_docx("before", "here", "after")
RELS = "word/_rels/document.xml.rels"
TYPES = "[Content_Types].xml"
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def refused(content: bytes) -> list[tuple[str, str]]:
    with pytest.raises(WordFileError) as error:
        open_docx(content)
    assert all(problem.hint for problem in error.value.problems)
    return [(problem.code, problem.located_message) for problem in error.value.problems]


def archive(*entries: tuple[zipfile.ZipInfo | str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in entries:
            target.writestr(name, content)
    return out.getvalue()


def with_relationship(kind: str, target: str, mode: str = "External") -> bytes:
    end = "</Relationships>"
    row = f'<Relationship Id="x1" Type="{OFFICE}/{kind}" Target="{target}" TargetMode="{mode}"/>'
    return with_text(LETTER, end, row + end, RELS)


def in_run(xml: str) -> bytes:
    """The paragraph “here” with more XML behind its text."""
    return with_text(LETTER, "<w:t>here</w:t></w:r>", f"<w:t>here</w:t></w:r>{xml}")


def field(*pieces: str) -> str:
    runs = "".join(f"<w:r><w:instrText>{piece}</w:instrText></w:r>" for piece in pieces)
    begin, end = (f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "end"))
    return begin + runs + end


@pytest.mark.case("B11")
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"plain text", "not a ZIP archive"),
        (b"PK", "damaged or was cut off"),
        (LETTER[:1000], "damaged or was cut off"),
        (LETTER[:-200], "damaged or was cut off"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "an old .doc file, or a Word file with a password"),
        (b"{\\rtf1 text}", "an .rtf file"),
        (b"%PDF-1.7", "a PDF"),
        (b"  <html></html>", "an HTML or XML file"),
        (archive(("mimetype", b"application/vnd.oasis.opendocument.text"), ("content.xml", b"<a/>")), MAIN_PART),
        (archive(("xl/workbook.xml", b"<a/>")), MAIN_PART),
        (with_parts(LETTER, {MAIN_PART: None}), MAIN_PART),
        (with_parts(LETTER, {TYPES: None}), TYPES),
    ],
)
def test_what_is_no_word_file_is_named(content: bytes, words: str) -> None:
    (code, message), *_ = refused(content)
    assert code == "template-unusable"
    assert words in message


@pytest.mark.case("B08")
class TestArchive:
    def test_more_than_the_limit(self) -> None:
        assert refused(b"PK" + b"\0" * limits.MAX_BYTES)[0][0] == "template-unusable"

    def test_too_many_entries(self) -> None:
        many = archive(*((f"word/{number}.xml", b"") for number in range(limits.LIMITS.entries + 1)))
        assert refused(many) == [("template-archive", f"the archive has more than {limits.LIMITS.entries} entries")]

    def test_a_bomb_is_not_unpacked(self, monkeypatch: pytest.MonkeyPatch) -> None:
        bomb = with_parts(
            LETTER, {"word/media/a.bin": b"\0" * (limits.LIMITS.part_bytes + 1), "word/b.xml": b" " * 6_000_000}
        )
        assert len(bomb) < 100_000
        monkeypatch.setattr(zipfile.ZipFile, "read", lambda *_: pytest.fail("unpacked"))
        words = " ".join(message for _, message in refused(bomb))
        assert "word/media/a.bin" in words
        assert "word/b.xml" in words

    def test_many_that_are_small_are_too_large_together(self) -> None:
        parts = {f"word/media/{number}.bin": os.urandom(1000) + b"\0" * 900_000 for number in range(50)}
        assert "unpacked, it has more than" in refused(with_parts(LETTER, dict(parts)))[0][1]

    def test_a_high_ratio(self) -> None:
        assert "times its size" in refused(with_parts(LETTER, {"word/media/a.bin": b"\0" * 2_000_000}))[0][1]

    @pytest.mark.parametrize(
        "name", ["../evil.xml", "word/../../evil.xml", "/etc/passwd", "C:/evil.xml", "word\\..\\evil.xml", "a\0.xml"]
    )
    def test_a_path_that_climbs_out(self, name: str) -> None:
        info = zipfile.ZipInfo("x")
        info.filename = info.orig_filename = name
        found = refused(archive((TYPES, b"<a/>"), (MAIN_PART, b"<a/>"), (info, b"evil")))
        assert any("leads out of the archive" in message for _, message in found)

    @pytest.mark.parametrize(("name", "reason"), [("", "has no name"), ("\0", "leads out of the archive")])
    def test_an_entry_without_a_name(self, name: str, reason: str) -> None:
        """Found by fuzzing: zipfile itself breaks down on it."""
        info = zipfile.ZipInfo("x")
        info.filename = info.orig_filename = name
        found = refused(archive((TYPES, b"<a/>"), (MAIN_PART, b"<a/>"), (info, b"x")))
        assert any(reason in message for _, message in found)

    def test_an_entry_twice(self) -> None:
        with pytest.warns(UserWarning, match="Duplicate name"):
            twice = archive((MAIN_PART, b"<a/>"), (MAIN_PART, b"<b/>"))
        assert ("template-archive", f"{MAIN_PART}: the archive has this entry twice") in refused(twice)

    def test_an_encrypted_entry(self) -> None:
        spoilt = bytearray(LETTER)
        start = spoilt.index(b"PK\x01\x02")
        spoilt[start + 8] |= 1
        assert "encrypted" in refused(bytes(spoilt))[0][1]

    def test_another_packing(self) -> None:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_LZMA) as target:
            target.writestr(MAIN_PART, b"<a/>")
        assert "a way that Office programs do not use" in refused(out.getvalue())[0][1]

    def test_broken_data(self) -> None:
        start = LETTER.index(b"word/document.xml") + 40
        assert "damaged" in refused(LETTER[:start] + b"\0" * 40 + LETTER[start + 40 :])[0][1]


@pytest.mark.case("B09")
class TestXml:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
    def test_entities_are_not_expanded(self, encoding: str) -> None:
        laughs = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
        text = f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE a [<!ENTITY a0 "ha">{laughs}]><a>&a9;</a>'
        found = refused(with_parts(LETTER, {MAIN_PART: text.encode(encoding)}))
        assert ("template-xml", f"{MAIN_PART}: this part declares a document type or entities") in found

    def test_another_file_is_not_read(self, tmp_path: Path) -> None:
        secret = tmp_path / "secret.txt"
        secret.write_text("secret words")
        text = f'<!DOCTYPE a [<!ENTITY x SYSTEM "{secret.as_uri()}">]><a>&x;</a>'
        for part in (MAIN_PART, RELS, "word/styles.xml"):
            found = refused(with_parts(LETTER, {part: text.encode()}))
            assert "secret words" not in str(found)
            assert found[0][0] == "template-xml"

    def test_what_is_not_well_formed(self) -> None:
        assert "not well-formed XML (line 1)" in refused(with_parts(LETTER, {MAIN_PART: b"<w:p"}))[0][1]

    def test_deep_nesting(self) -> None:
        deep = b"<a>" * 100_000 + b"</a>" * 100_000
        assert refused(with_parts(LETTER, {MAIN_PART: deep}))[0][0] == "template-xml"


@pytest.mark.case("B15")
class TestLinks:
    @pytest.mark.parametrize("target", ["http://127.0.0.1:9/a.png", "file:///etc/passwd", "..\\a.png", "//host/a"])
    @pytest.mark.parametrize("kind", ["image", "attachedTemplate", "oleObject", "frame", "subDocument"])
    def test_out_of_the_file(self, kind: str, target: str) -> None:
        (code, message), *_ = refused(with_relationship(kind, target))
        assert code in {"template-link", "template-embedded"}
        assert message.startswith(f"{RELS}: ")

    @pytest.mark.parametrize("target", ["https://www.mofa.go.jp/", "mailto:a@example.com", "#place"])
    def test_an_ordinary_link_is_allowed(self, target: str) -> None:
        assert open_docx(with_relationship("hyperlink", target)).text_parts

    def test_a_link_to_a_file_of_the_machine(self) -> None:
        assert refused(with_relationship("hyperlink", "file:///C:/Users/somebody"))[0][0] == "template-link"

    def test_a_part_that_is_not_there(self) -> None:
        assert "missing from the file" in refused(with_relationship("image", "media/none.png", "Internal"))[0][1]
        assert "missing from the file" in refused(with_relationship("image", "../../../etc/passwd", "Internal"))[0][1]

    def test_an_old_picture_by_its_address(self) -> None:
        pict = '<w:r><w:pict><v:imagedata xmlns:v="urn:schemas-microsoft-com:vml" src="http://127.0.0.1:9/a"/></w:pict></w:r>'
        assert refused(in_run(pict)) == [("template-link", "body, near “here”: a picture is linked by its address")]

    @pytest.mark.parametrize(
        "content",
        [
            b'<?xml version="1.0"?><SVG onload=""/>',
            b"\xef\xbb\xbf\n<!--" + b" " * 3000 + b"--><x:svg xmlns:x='http://www.w3.org/2000/svg'/>",
            "<svg/>".encode("utf-16"),
        ],
    )
    @pytest.mark.parametrize("name", ["image1.png", "image1.svg"])
    def test_an_svg_under_any_name(self, content: bytes, name: str) -> None:
        [(code, message)] = refused(with_parts(LETTER, {f"word/media/{name}": content}))
        assert code == "template-embedded"
        assert "has an SVG picture" in message

    def test_another_picture_with_the_name_of_an_svg(self) -> None:
        assert open_docx(with_parts(LETTER, {"word/media/image1.svg": make_png_header(10, 10)})).text_parts

    def test_a_compressed_one_is_told_from_other_compressed_pictures(self) -> None:
        [(_, message)] = refused(with_parts(LETTER, {"word/media/image1.svgz": b"\x1f\x8b"}))
        assert "has an SVG picture" in message
        assert open_docx(with_parts(LETTER, {"word/media/image1.emz": b"\x1f\x8b"})).text_parts

    def test_something_else_with_the_name_of_an_svg(self) -> None:
        [(code, message)] = refused(with_parts(LETTER, {"word/media/image1.svg": b"text"}))
        assert (code, message) == (
            "template-embedded",
            "word/media/image1.svg: this part is said to be an SVG picture, but it is none",
        )

    def test_a_kind_that_no_part_has(self) -> None:
        end = "</Types>"
        kinds = '<Default Extension="svg" ContentType="image/svg+xml"/>'
        kinds += '<Override PartName="/word/none" ContentType="image/svg+xml"/>'
        assert open_docx(with_text(LETTER, end, f"{kinds}{end}", TYPES)).text_parts

    @pytest.mark.parametrize("kind", ['Default Extension="BIN"', 'Override PartName="/word/media/A.bin"'])
    def test_a_part_that_is_declared_as_one(self, kind: str) -> None:
        end = "</Types>"
        declared = with_text(LETTER, end, f'<{kind} ContentType="image/SVG+xml"/>{end}', TYPES)
        [(code, _)] = refused(with_parts(declared, {"word/media/a.bin": b"text"}))
        assert code == "template-embedded"


class TestPictures:
    def test_one_that_is_larger_than_a_page_needs(self) -> None:
        found = refused(with_parts(LETTER, {"word/media/image1.png": make_png_header(60_000, 60_000)}))
        dots = f"{pictures.MAX_PIXELS:,}"
        assert found == [("template-picture", f"word/media/image1.png: this picture has more than {dots} pixels")]

    def test_a_page_at_600_dots_an_inch_is_allowed(self) -> None:
        assert open_docx(with_parts(LETTER, {"word/media/image1.png": make_png_header(4_960, 7_016)})).text_parts


def test_text_that_is_not_where_it_is_looked_for() -> None:
    """docxtpl fills the part that the relationship names; what is checked must be the same."""
    elsewhere = with_text(with_parts(LETTER, {"word/other.xml": b"<a/>"}), MAIN_PART, "word/other.xml", "_rels/.rels")
    assert refused(elsewhere)[0] == ("template-unusable", "its text is not in word/document.xml, where Word puts it")


@pytest.mark.case("B14")
@pytest.mark.parametrize("tag", ["{{", "{% if a ", "{# "])
def test_tags_without_end_that_would_take_hours_to_fill(tag: str) -> None:
    ((code, message),) = refused(make_docx("before", tag * 60_000))
    assert code == "template-tags"
    assert message.endswith(": 60,000 tags begin here and have no end")
    assert message.startswith("body, near “{")
    assert open_docx(make_docx("{{ case_id }}{% if a %}{# note #}{% endif %}" * 1000)).text_parts


@pytest.mark.parametrize("kind", ["vbaProject", "keyMapCustomizations"])
def test_macros(kind: str) -> None:
    assert refused(with_relationship(kind, "vbaProject.bin", "Internal"))[0][0] == "template-macro"


@pytest.mark.case("B11")
@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("application/vnd.ms-word.document.macroEnabled.main+xml", "template-macro"),
        ("application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml", "template-unusable"),
    ],
)
def test_a_kind_of_file_that_is_not_docx(kind: str, code: str) -> None:
    end = "</Types>"
    added = with_text(LETTER, end, f'<Override PartName="/word/x" ContentType="{kind}"/>{end}', TYPES)
    assert refused(added)[0][0] == code


@pytest.mark.case("B11")
def test_strict_open_xml_is_named() -> None:
    strict = b'<w:document xmlns:w="http://purl.oclc.org/ooxml/wordprocessingml/main"/>'
    assert "Strict Open XML" in refused(with_parts(LETTER, {MAIN_PART: strict}))[0][1]


@pytest.mark.parametrize("element", ["object", "control", "altChunk", "subDoc"])
def test_what_is_embedded_is_placed(element: str) -> None:
    ((code, message),) = refused(in_run(f"<w:r><w:{element}/></w:r>"))
    assert code in {"template-embedded", "template-link"}
    assert message.startswith("body, near “here”: ")


@pytest.mark.case("B13")
@pytest.mark.parametrize("element", ["ins", "del", "moveFrom", "moveTo"])
def test_a_tracked_change_is_placed_once_a_paragraph(element: str) -> None:
    change = f'<w:{element} w:id="1" w:author="somebody"><w:r><w:t/></w:r></w:{element}>'
    assert refused(in_run(change * 3)) == [
        ("template-tracked", "body, near “here”: a tracked change is neither accepted nor rejected")
    ]


@pytest.mark.parametrize(
    "pieces",
    [("DDEAUTO cmd /c calc",), (" D", "DE", " x"), ('INCLUDEPICTURE "http://127.0.0.1:9/a"',), ("includetext a",)],
)
def test_a_field_that_fetches_is_placed(pieces: tuple[str, ...]) -> None:
    ((code, message),) = refused(in_run(field(*pieces)))
    assert code == "template-field-code"
    assert message.startswith("body, near “here”: the field ")


def test_a_tag_in_a_field_code() -> None:
    assert refused(in_run(field("{{ case_id }}")))[0][0] == "template-field-code"


def test_fields_that_only_count_are_allowed() -> None:
    simple = '<w:fldSimple w:instr=" PAGE "><w:r><w:t>1</w:t></w:r></w:fldSimple>'
    codes = [code for code, _ in field_codes(open_docx(in_run(field(" NUMPAGES ") + simple)).xml[MAIN_PART])]
    assert [code.strip() for code in codes] == ["NUMPAGES", "PAGE"]


class TestBuild:
    """A template set is opened by the same rules."""

    def test_a_refused_file_is_refused_there_too(self, tmp_path: Path) -> None:
        folder = tmp_path / "set"
        folder.mkdir()
        text = (ROOT / "templates" / "short-term-visit" / "packet.json").read_text(encoding="utf-8")
        (folder / "packet.json").write_text(text, encoding="utf-8")
        for name in ("invitation-letter", "schedule-of-stay", "letter-of-guarantee"):
            (folder / f"{name}.docx").write_bytes(in_run(field("DDE x")))
        with pytest.raises(TemplateError) as error:
            load_template_set(str(folder))
        (problem,) = error.value.problems
        assert (problem.code, problem.file) == ("template-field-code", str(folder / "invitation-letter.docx"))
        assert "near “here”" in problem.located_message

    def test_a_pipe_is_not_waited_for(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "pipe.docx")
        with pytest.raises(OSError, match="not a regular file"):
            read_docx(tmp_path / "pipe.docx")

    def test_no_more_is_read_than_can_be_let_in(self, tmp_path: Path) -> None:
        with (tmp_path / "huge.docx").open("wb") as file:
            file.truncate(10_000_000_000)
        assert len(read_docx(tmp_path / "huge.docx")) == limits.MAX_BYTES + 1
