"""The properties of a document are those of its template, whichever program saved it."""

from __future__ import annotations

import io
import warnings
import zipfile

import pytest

from pipeline.documents.core_properties import with_core_properties
from pipeline.documents.fill import fill, mark_draft
from pipeline.errors import TemplateError
from tests.support.built import make_docx, with_parts, with_text
from tests.support.word_files import paragraph, word_file

KIND = "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties"
OF_LIBREOFFICE = "http://schemas.openxmlformats.org/officedocument/2006/relationships/metadata/core-properties"
LETTER = with_text(make_docx("{{ name }}"), "<dc:title/>", "<dc:title>Letter</dc:title>", "docProps/core.xml")


def core_of(docx: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(docx)) as archive:
        assert len(archive.namelist()) == len(set(archive.namelist()))
        return archive.read("docProps/core.xml")


@pytest.mark.parametrize(
    ("template", "title"),
    [
        (LETTER, b"Letter"),
        (with_text(LETTER, KIND, OF_LIBREOFFICE, "_rels/.rels"), b"Letter"),
        (word_file(paragraph("{{ name }}")), None),
    ],
)
def test_a_document_has_the_properties_of_its_template(template: bytes, title: bytes | None) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for docx in (fill(template, "x", {"name": "a"}).docx, mark_draft(template, "x")):
            core = core_of(docx)
            assert b"Word Document" not in core
            assert (title is None) == (b"modified" not in core)
            assert title is None or title in core


def test_a_template_with_properties_is_not_touched() -> None:
    assert with_core_properties(LETTER) is LETTER
    assert with_core_properties(b"no file") == b"no file"


def test_a_template_that_cannot_be_opened_is_refused_as_a_draft_too() -> None:
    """A picture whose kind is not declared."""
    unknown = with_text(make_docx("x"), "</Relationships>", PICTURE, "word/_rels/document.xml.rels")
    spoilt = with_parts(unknown, {"word/media/a.unknown": b"x"})
    for attempt in (lambda: mark_draft(spoilt, "x"), lambda: fill(spoilt, "x", {})):
        with pytest.raises(TemplateError) as error:
            attempt()
        assert error.value.problems[0].code == "template-unusable"


PICTURE = (
    '<Relationship Id="p1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/image" '
    'Target="media/a.unknown"/></Relationships>'
)
