"""Objects that are the same become one, and nothing else changes."""

from __future__ import annotations

import io
from typing import Any

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name

from pipeline.bundle.identical_objects import merge_identical
from tests.support.built import saved


def font(pdf: pikepdf.Pdf, program: bytes, **more: Any) -> pikepdf.Object:
    """A font of three objects, of which each refers to the next."""
    file = pdf.make_stream(program, Subtype=Name.CIDFontType0C)
    descriptor = pdf.make_indirect(Dictionary(Type=Name.FontDescriptor, FontFile3=file))
    return pdf.make_indirect(Dictionary(Type=Name.Font, FontDescriptor=descriptor, W=Array([1, Array([2, 3])]), **more))


def merged(*programs: tuple[bytes, dict[str, Any]]) -> tuple[list[tuple[int, int]], int]:
    """The numbers of the fonts of pages with these fonts, and how many streams are saved."""
    with pikepdf.new() as pdf:
        for program, more in programs:
            page = pdf.add_blank_page()
            page.obj.Resources = pdf.make_indirect(Dictionary(Font=Dictionary(F=font(pdf, program, **more))))
        merge_identical(pdf)
        with pikepdf.open(io.BytesIO(saved(pdf))) as again:
            fonts: list[Any] = [page.obj.Resources.Font.F for page in again.pages]
            assert [each.FontDescriptor.FontFile3.read_bytes() for each in fonts] == [each for each, _ in programs]
            streams = [each for each in again.objects if isinstance(each, pikepdf.Stream) and "/Subtype" in each]
            return [each.objgen for each in fonts], len(streams)


def test_what_refers_to_the_same_becomes_the_same() -> None:
    (one, other), streams = merged((b"a", {}), (b"a", {}))
    assert one == other
    assert streams == 1


def test_another_program_is_another_font() -> None:
    (one, other), streams = merged((b"a", {}), (b"b", {}))
    assert one != other
    assert streams == 2


def test_a_font_that_differs_in_one_entry_shares_its_program_alone() -> None:
    (one, other), streams = merged((b"a", {"DW": 500}), (b"a", {"DW": 1000}))
    assert one != other
    assert streams == 1


@pytest.mark.parametrize("kind", [Name.Page, Name.Annot])
def test_pages_and_annotations_stay_apart(kind: Name) -> None:
    with pikepdf.new() as pdf:
        pdf.Root.Test = Array(pdf.make_indirect(Dictionary(Type=kind)) for _ in range(2))
        merge_identical(pdf)
        both: Any = pdf.Root.Test
        assert both[0].objgen != both[1].objgen


def test_parts_of_a_tree_stay_apart() -> None:
    with pikepdf.new() as pdf:
        root = pdf.make_indirect(Dictionary())
        pdf.Root.Test = Array(pdf.make_indirect(Dictionary(T="x", Parent=root)) for _ in range(2))
        merge_identical(pdf)
        both: Any = pdf.Root.Test
        assert both[0].objgen != both[1].objgen
