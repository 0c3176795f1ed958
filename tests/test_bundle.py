from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest
from built import make_pdf, make_pdf_of, make_picture, make_set, outline_of, saved, snapshot
from conftest import AS_OF, EXAMPLES, Edit, run_process
from pypdf import PdfReader
from tools import needs_qpdf

from pipeline.build import build_case
from pipeline.bundle import Piece, merge
from pipeline.check import Options
from pipeline.pdftext import squeezed, text_of

ORDER_OF_ONE = [
    "cover-sheet",
    "invitation-letter",
    "letter-of-guarantee",
    "schedule-of-stay",
    "regenerative-medicine-sheet",
    "cost-estimate",
    "tb-screening-checklist",
    "visa-application-data-sheet",
    "combined-form-data-sheet",
    "attachment-1-passport",
    "attachment-2-photo",
    "attachment-3-funds-proof",
    "attachment-4-identity-document",
    "treatment-schedule",
]
ORDER_OF_TWO = [
    *ORDER_OF_ONE[:3],
    "list-of-applicants",
    "schedule-of-stay",
    "regenerative-medicine-sheet",
    "tb-screening-checklist",
    "visa-application-data-sheet",
    "combined-form-data-sheet",
    "attachment-1-passport",
    "attachment-2-photo",
    "attachment-3-visa-application",
    "attachment-4-combined-form",
    "attachment-5-funds-proof",
    "attachment-6-identity-document",
]
ORDER_OF_COMPANION = [
    "companion-1-cover-sheet",
    "companion-1-visa-application-data-sheet",
    "attachment-7-passport",
    "attachment-8-photo",
    "attachment-9-visa-application",
    "attachment-10-identity-document",
]


@dataclass(frozen=True)
class Filed:
    """One bundle of a packet with what the manifest says about it."""

    folder: Path
    described: dict[str, Any]

    @property
    def pdf(self) -> bytes:
        return self.path.read_bytes()

    @property
    def path(self) -> Path:
        return self.folder / str(self.described["path"])

    @property
    def page_map(self) -> list[dict[str, Any]]:
        parts: list[dict[str, Any]] = self.described["page_map"]
        return parts

    def document(self, part_id: str, suffix: str = ".pdf") -> Path:
        [path] = (self.folder / "documents").glob(f"??-{part_id}{suffix}")
        return path


@pytest.fixture(params=["patient", "patient with companion", "companion"])
def filed(request: pytest.FixtureRequest, packet: Path, packet_with_companion: Path) -> Filed:
    folder = packet if request.param == "patient" else packet_with_companion
    return Filed(folder, manifest_of(folder)["bundles"][int(request.param == "companion")])


def manifest_of(folder: Path) -> dict[str, Any]:
    manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return manifest


def bundle_of(folder: Path) -> bytes:
    return (folder / "bundle.pdf").read_bytes()


def texts_of_pages(pdf: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [squeezed(page.get_textpage().get_text_bounded()) for page in document]
    finally:
        document.close()


class TestPacket:
    """The bundles of the two examples."""

    def test_the_parts_are_in_order(self, packet: Path, packet_with_companion: Path) -> None:
        def orders(folder: Path) -> list[tuple[str, str, list[str]]]:
            bundles = manifest_of(folder)["bundles"]
            return [(each["person"], each["path"], [part["id"] for part in each["page_map"]]) for each in bundles]

        assert orders(packet) == [("patient", "bundle.pdf", ORDER_OF_ONE)]
        assert orders(packet_with_companion) == [
            ("patient", "bundle.pdf", ORDER_OF_TWO),
            ("companion-1", "bundle-companion-1.pdf", ORDER_OF_COMPANION),
        ]

    def test_the_outline_is_the_page_map(self, filed: Filed) -> None:
        assert outline_of(filed.pdf) == [(part["title"], part["page"]) for part in filed.page_map]

    def test_the_parts_follow_one_another_without_a_gap(self, filed: Filed) -> None:
        page = 1
        for part in filed.page_map:
            assert part["page"] == page
            page += part["pages"]
        assert page - 1 == filed.described["pages"]

    def test_every_document_but_the_guide_is_in_one_bundle(self, packet_with_companion: Path) -> None:
        documents = sorted(path.stem[3:] for path in (packet_with_companion / "documents").glob("*.pdf"))
        parts = [part for each in manifest_of(packet_with_companion)["bundles"] for part in each["page_map"]]
        assert documents == sorted(["patient-guide", *(part["id"] for part in parts if part["kind"] != "attachment")])

    def test_each_document_stands_where_the_page_map_says(self, filed: Filed) -> None:
        pages = texts_of_pages(filed.pdf)
        for part in (part for part in filed.page_map if part["kind"] != "attachment"):
            own = texts_of_pages(filed.document(part["id"]).read_bytes())
            assert all(own)
            assert pages[part["page"] - 1 : part["page"] - 1 + part["pages"]] == own

    def test_each_attachment_has_all_its_pages(self, filed: Filed) -> None:
        example = EXAMPLES / filed.folder.name
        case = json.loads((example / "case.json").read_text(encoding="utf-8"))
        parts = {part["id"]: part["pages"] for part in filed.page_map}
        own = 0
        for index, attachment in enumerate(case["attachments"], start=1):
            if attachment.get("person", "patient") != filed.described["person"]:
                continue
            pages = 1
            if attachment["path"].endswith(".pdf"):
                with pikepdf.open(example / attachment["path"]) as pdf:
                    pages = len(pdf.pages)
            assert parts[f"attachment-{index}-{attachment['role'].replace('_', '-')}"] == pages
            own += 1
        assert own == len([part for part in filed.page_map if part["kind"] == "attachment"])

    def test_the_cover_sheet_says_the_pages_of_the_page_map(self, filed: Filed) -> None:
        (cover,) = [part for part in filed.page_map if part["kind"] == "cover"]
        lines = lines_of_cover(filed.pdf, cover["pages"])
        assert any(f"{filed.described['pages']} pages" in line for line in lines)
        said = {int(number) for line in lines for number in re.findall(r"(?<![0-9])([0-9]{1,2})(?![0-9])", line)}
        for part in filed.page_map:
            if part["kind"] != "cover":
                assert part["page"] in said
                japanese = part["title"].split(" / ")[0]
                assert squeezed(japanese) in squeezed("".join(lines))

    def test_the_rows_of_the_cover_sheet_are_the_page_map(self, filed: Filed) -> None:
        """What the cover sheet was filled with, read back from its Word file, against the page map."""
        from docx import Document  # noqa: PLC0415 - only this test reads a Word file

        cover, *parts = filed.page_map
        wanted: dict[str, list[int]] = {}
        for part in parts:
            wanted.setdefault(part["title"].split(" / ")[0], []).append(part["page"])
        rows = [
            [cell.text for cell in row.cells]
            for table in Document(str(filed.document(cover["id"], ".docx"))).tables
            for row in table.rows
        ]
        for title, pages in wanted.items():
            (cells,) = [row for row in rows if any(re.split("[\n\u3000]", cell)[0].strip() == title for cell in row)]
            assert numbers_in(cells[-1]) == pages, title

    def test_the_cover_sheet_lists_what_is_missing(self, packet: Path, packet_with_companion: Path) -> None:
        for folder in (packet, packet_with_companion):
            manifest = manifest_of(folder)
            cover = text_of((folder / "documents" / "01-cover-sheet.pdf").read_bytes())
            titles = {row["role"]: row["title"] for row in official_list()}
            listed = [
                squeezed(f"{row['letter']}　{titles[row['role']]['ja']}　{titles[row['role']]['en']}")
                for row in manifest["missing"]
            ]
            assert [row for row in listed if row not in cover] == []
        assert [row["letter"] for row in manifest_of(packet)["missing"]] == ["ウ", "エ"]
        assert manifest_of(packet_with_companion)["missing"] == []

    def test_title_language_and_view(self, filed: Filed) -> None:
        reader = PdfReader(io.BytesIO(filed.pdf))
        assert reader.metadata is not None
        assert reader.metadata.title == f"医療滞在ビザ 提出書類一式 {filed.folder.name}"
        assert reader.metadata.producer == "visa-packet"
        assert set(reader.metadata) == {"/Title", "/Producer"}
        root = reader.root_object
        assert str(root["/Lang"]) == "ja"
        assert str(root["/PageMode"]) == "/UseOutlines"
        assert str(root["/ViewerPreferences"]) == "{'/DisplayDocTitle': True}"

    def test_it_does_nothing_when_it_is_opened(self, filed: Filed) -> None:
        with pikepdf.open(io.BytesIO(filed.pdf)) as pdf:
            assert not {"/OpenAction", "/AA", "/Names", "/AcroForm", "/JavaScript"} & set(pdf.Root.keys())
            plain = saved(
                pdf,
                stream_decode_level=pikepdf.StreamDecodeLevel.generalized,
                compress_streams=False,
                object_stream_mode=pikepdf.ObjectStreamMode.disable,
            )
        for word in (b"/JavaScript", b"/Launch", b"/OpenAction", b"/EmbeddedFile", b"/SubmitForm", b"/RichMedia"):
            assert word not in plain

    def test_it_names_no_machine_and_no_file(self, filed: Filed) -> None:
        with pikepdf.open(io.BytesIO(filed.pdf)) as pdf:
            plain = saved(
                pdf,
                stream_decode_level=pikepdf.StreamDecodeLevel.generalized,
                compress_streams=False,
                object_stream_mode=pikepdf.ObjectStreamMode.disable,
            )
        for word in (str(filed.folder), str(EXAMPLES), "papers/", "bank-certificate"):
            assert word.encode() not in plain

    def test_other_parsers_find_no_fault(self, filed: Filed) -> None:
        with pikepdf.open(io.BytesIO(filed.pdf)) as pdf:
            assert pdf.check_pdf_syntax() == []
            assert len(pdf.pages) == filed.described["pages"]
        document = pypdfium2.PdfDocument(filed.pdf)
        try:
            assert len(document) == filed.described["pages"]
        finally:
            document.close()

    @needs_qpdf
    def test_qpdf_finds_no_fault(self, filed: Filed) -> None:
        qpdf = str(shutil.which("qpdf"))
        done = subprocess.run([qpdf, "--check", str(filed.path)], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr

    def test_all_fonts_are_embedded(self, filed: Filed) -> None:
        with pikepdf.open(io.BytesIO(filed.pdf)) as pdf:
            descriptors = [
                each
                for each in pdf.objects
                if isinstance(each, pikepdf.Dictionary) and each.get("/Type") == "/FontDescriptor"
            ]
            assert descriptors
            assert all({"/FontFile", "/FontFile2", "/FontFile3"} & set(each.keys()) for each in descriptors)

    def test_no_image_is_stored_twice(self, filed: Filed) -> None:
        with pikepdf.open(io.BytesIO(filed.pdf)) as pdf:
            images = [
                (bytes(each.read_raw_bytes()), str(each.get("/ColorSpace")))
                for each in pdf.objects
                if isinstance(each, pikepdf.Stream) and each.get("/Subtype") == "/Image"
            ]
        assert images
        assert len(images) == len(set(images))

    def test_the_same_case_gives_the_same_packet(self, packet: Path, tmp_path: Path) -> None:
        again = build_case(EXAMPLES / "wang-xiaoming" / "case.json", tmp_path, Options(AS_OF)).folder
        assert snapshot(again) == snapshot(packet)

    def test_place_time_zone_language_and_hash_seed_change_nothing(self, packet: Path, tmp_path: Path) -> None:
        case = tmp_path / "elsewhere" / "another name" / "case.json"
        shutil.copytree(EXAMPLES / "wang-xiaoming", case.parent)
        environment = {
            "TZ": "Pacific/Kiritimati",
            "LANG": "zh_CN.GB18030",
            "LC_ALL": "C",
            "PYTHONHASHSEED": "12345",
            "PYTHONPATH": str(Path(__file__).parents[1]),
        }
        run = run_process("build", case, "-o", "out", "--as-of", "2026-11-22", "--json", cwd=tmp_path, env=environment)
        assert run.code == 0, run.err
        assert snapshot(tmp_path / "out" / "wang-xiaoming") == snapshot(packet)
        assert run.report["results"][0]["bundles"][0]["sha256"] == manifest_of(packet)["bundles"][0]["sha256"]

    def test_another_day_or_case_gives_another_bundle(self, packet: Path, tmp_path: Path, edit: Edit) -> None:
        day = AS_OF.replace(day=23)
        later = build_case(EXAMPLES / "wang-xiaoming" / "case.json", tmp_path / "a", Options(day)).folder
        assert bundle_of(later) != bundle_of(packet)
        assert identifiers(bundle_of(later)) != identifiers(bundle_of(packet))
        other = build_case(edit({"/patient/phone": "+86 10 0000 0124"}), tmp_path / "b", Options(AS_OF)).folder
        assert manifest_of(other)["inputs"]["case"] != manifest_of(packet)["inputs"]["case"]


def official_list() -> list[dict[str, Any]]:
    text = (EXAMPLES.parent / "templates" / "medical-stay" / "packet.json").read_text(encoding="utf-8")
    rows: list[dict[str, Any]] = json.loads(text)["official_list"]
    return rows


def lines_of_cover(pdf: bytes, pages: int) -> list[str]:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [line for page in range(pages) for line in document[page].get_textpage().get_text_bounded().splitlines()]
    finally:
        document.close()


def numbers_in(text: str) -> list[int]:
    return [int(number) for number in re.findall(r"(?m)^\s*([0-9]+)", text)]


def identifiers(pdf: bytes) -> list[bytes]:
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return [bytes(part) for part in opened.trailer.ID]


class TestMerge:
    """Merging alone."""

    def test_pieces_come_in_order_with_their_titles(self) -> None:
        merged = merge(
            [Piece("一 / One", make_pdf(2)), Piece("二 / Two", make_pdf(3)), Piece("三", make_pdf(1))], "t", "ja"
        )
        assert outline_of(merged) == [("一 / One", 1), ("二 / Two", 3), ("三", 6)]

    def test_the_identifier_is_made_from_the_pieces(self) -> None:
        one, two = Piece("a", make_pdf(1)), Piece("b", make_pdf(2))
        first = identifiers(merge([one, two], "t", "ja"))
        assert len(first) == 2
        assert first[0] == first[1]
        assert len(first[0]) == 16
        assert identifiers(merge([one, two], "t", "ja")) == first
        assert identifiers(merge([two, one], "t", "ja")) != first

    def test_the_same_pieces_give_the_same_bytes(self) -> None:
        pieces = [Piece("a", make_pdf(1)), Piece("b", make_pdf_of(make_picture("JPEG"), 2))]
        assert merge(pieces, "t", "ja") == merge(pieces, "t", "ja")

    def test_a_picture_of_two_pieces_is_stored_once(self) -> None:
        picture = make_pdf_of(make_picture("JPEG", (600, 600), quality=95), 1)
        with pikepdf.open(io.BytesIO(merge([Piece("a", picture), Piece("b", picture)], "t", "ja"))) as pdf:
            assert len(pdf.pages) == 2
            images = [x for x in pdf.objects if isinstance(x, pikepdf.Stream) and x.get("/Subtype") == "/Image"]
        assert len(images) == 1

    def test_outline_title_and_author_of_a_piece_are_not_taken_over(self) -> None:
        with pikepdf.open(io.BytesIO(make_pdf(2))) as pdf:
            with pdf.open_outline() as outline:
                outline.root.append(pikepdf.OutlineItem("inner", 1))
            pdf.docinfo["/Author"] = "somebody"
            pdf.docinfo["/Title"] = "inner title"
            piece = saved(pdf)
        merged = merge([Piece("outer", piece)], "whole", "zh")
        assert outline_of(merged) == [("outer", 1)]
        metadata = PdfReader(io.BytesIO(merged)).metadata
        assert metadata == {"/Title": "whole", "/Producer": "visa-packet"}

    def test_what_is_merged_is_drawn_as_before(self, tmp_path: Path) -> None:
        folder = make_set(tmp_path / "set", "{{ patient.name.chinese }}")
        case = EXAMPLES / "wang-xiaoming" / "case.json"
        built = build_case(case, tmp_path / "out", Options(AS_OF, templates=str(folder)))
        single = pypdfium2.PdfDocument(built.folder / "documents" / "01-letter.pdf")
        whole = pypdfium2.PdfDocument(built.bundles[0].path)
        try:
            assert single[0].render().to_pil().tobytes() == whole[0].render().to_pil().tobytes()
        finally:
            single.close()
            whole.close()
