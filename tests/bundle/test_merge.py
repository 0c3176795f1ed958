from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
from collections import Counter
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest
from msgspec.structs import replace
from PIL import Image, ImageChops
from pypdf import PdfReader

from pipeline.bundle.merge import merge
from pipeline.bundle.piece import Piece
from pipeline.formats.pdf.reading import page_count, squeeze, text_of
from pipeline.formats.pdf.typesetting import add_font, set_line, subset_for
from pipeline.options import BuildOptions
from pipeline.publish.verify.verify import verify_path
from pipeline.run.one import build_case
from tests.support.built import make_part, make_pdf, make_pdf_of, make_picture, make_set, outline_of, saved, snapshot
from tests.support.cases import AS_OF, EXAMPLES, REMOVE, Edit
from tests.support.tools import needs_mupdf, needs_poppler, needs_qpdf

pytestmark = pytest.mark.slow

ORDER_OF_ONE = [
    "cover-sheet",
    "attachment-1-passport",
    "attachment-2-photo",
    "attachment-5-visa-application",
    "attachment-6-combined-form",
    "attachment-3-funds-proof",
    "attachment-4-identity-document",
    "treatment-schedule",
    "invitation-letter",
    "letter-of-guarantee",
    "schedule-of-stay",
    "regenerative-medicine-sheet",
]
WORKING = ["working-cover", "visa-application-data-sheet", "combined-form-data-sheet", "tb-screening-checklist"]
ORDER_OF_TWO = [
    "cover-sheet",
    "attachment-1-passport",
    "attachment-2-photo",
    "attachment-3-visa-application",
    "attachment-4-combined-form",
    "attachment-5-funds-proof",
    "attachment-6-identity-document",
    "invitation-letter",
    "letter-of-guarantee",
    "list-of-applicants",
    "schedule-of-stay",
]
ORDER_OF_COMPANION = [
    "companion-1-cover-sheet",
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


@pytest.fixture(params=["patient", "patient with companion", "companion", "working file"])
def filed(request: pytest.FixtureRequest, packet: Path, packet_with_companion: Path) -> Filed:
    folder = packet if request.param == "patient" else packet_with_companion
    place = {"companion": 1, "working file": 2}.get(request.param, 0)
    return Filed(folder, manifest_of(folder)["bundles"][place])


def manifest_of(folder: Path) -> dict[str, Any]:
    manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return manifest


def bundle_of(folder: Path) -> bytes:
    return (folder / "bundle.pdf").read_bytes()


def texts_of_pages(pdf: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [squeeze(page.get_textpage().get_text_bounded()) for page in document]
    finally:
        document.close()


class TestPacket:
    """The bundles of the two examples."""

    def test_the_parts_are_in_order(self, packet: Path, packet_with_companion: Path) -> None:
        def orders(folder: Path) -> list[tuple[str, str, list[str]]]:
            bundles = manifest_of(folder)["bundles"]
            return [(each["person"], each["path"], [part["id"] for part in each["page_map"]]) for each in bundles]

        assert orders(packet) == [
            ("patient", "bundle.pdf", ORDER_OF_ONE),
            ("patient", "working-file.pdf", [*WORKING, "cost-estimate"]),
        ]
        assert orders(packet_with_companion) == [
            ("patient", "bundle.pdf", ORDER_OF_TWO),
            ("companion-1", "bundle-companion-1.pdf", ORDER_OF_COMPANION),
            ("patient", "working-file.pdf", [*WORKING, "companion-1-visa-application-data-sheet"]),
        ]

    def test_the_outline_is_the_page_map_below_its_sections(self, filed: Filed) -> None:
        cover, *rest = filed.page_map
        wanted: list[Any] = [(cover["title"], 1)]
        for section, together in groupby(rest, lambda part: part["section"]):
            entries = [(part["title"], part["page"]) for part in together]
            wanted += [(section, entries[0][1]), entries]
        assert outline_of(filed.pdf) == wanted
        sections = [title for title, _ in (entry for entry in wanted[1:] if isinstance(entry, tuple))]
        assert len(sections) == len(set(sections))
        last = "医療機関・身元保証機関の書面" if filed.described["person"] == "patient" else "提出書類 ア–ク"
        is_filed = filed.described["kind"] == "bundle"
        assert sections[-1].startswith(last if is_filed else "確認票・記入用資料")

    def test_pages_are_called_by_their_numbers(self, filed: Filed) -> None:
        labels = PdfReader(io.BytesIO(filed.pdf)).page_labels
        assert list(labels) == [str(number) for number in range(1, filed.described["pages"] + 1)]

    def test_every_part_has_a_destination_by_its_id(self, filed: Filed) -> None:
        reader = PdfReader(io.BytesIO(filed.pdf))
        places = {name: reader.get_destination_page_number(at) for name, at in reader.named_destinations.items()}
        assert places == {part["id"]: part["page"] - 1 for part in filed.page_map}

    def test_the_cover_sheet_leads_to_every_part_by_title_and_number(self, filed: Filed) -> None:
        """Each link covers text of the cover sheet: the title, or the number of the page to which it leads."""
        cover, *parts = filed.page_map
        led: dict[str, list[str]] = {}
        for number in range(cover["pages"]):
            for place, to in links_of(filed.pdf, number):
                led.setdefault(to, []).append(words_in(filed.pdf, number, place))
        assert led.keys() == {part["id"] for part in parts}
        for part in parts:
            assert led[part["id"]][-1] == str(part["page"])
        titled = {part["title"].split(" / ")[0]: part["id"] for part in reversed(parts)}
        assert {squeeze(title): led[part_id][0] for title, part_id in titled.items()} == {
            squeeze(title): squeeze(title) for title in titled
        }

    def test_every_page_bears_its_number(self, filed: Filed) -> None:
        texts = texts_of_pages(filed.pdf)
        heading = "" if filed.described["kind"] == "bundle" else filed.folder.name
        numbers = [f"{heading}{page}/{len(texts)}" for page in range(1, len(texts) + 1)]
        assert [text for text, number in zip(texts, numbers, strict=True) if not text.endswith(number)] == []
        if not heading:
            assert [text for text in texts if filed.folder.name in text] == []  # an officer does not need the case id

    def test_a_number_covers_nothing(self, filed: Filed) -> None:
        """Under the number of a page, the part's own page has one colour. Shrunk pages are left out."""
        bundle = pypdfium2.PdfDocument(filed.pdf)
        compared = 0
        try:
            for part in (part for part in filed.page_map if part["kind"] != "attachment"):
                own = pypdfium2.PdfDocument(filed.document(part["id"]))
                for number in range(part["pages"]):
                    with_number = bundle[part["page"] - 1 + number].render(scale=2).to_pil().convert("L")
                    without = own[number].render(scale=2).to_pil().convert("L")
                    box = ImageChops.difference(with_number, without).getbbox()
                    assert box is not None
                    assert box[3] - box[1] < 20  # a line of small letters, and nothing else
                    darkest, lightest = without.crop(box).getextrema()
                    assert darkest == lightest
                    compared += 1
                own.close()
        finally:
            bundle.close()
        assert compared

    def test_the_parts_follow_one_another_without_a_gap(self, filed: Filed) -> None:
        page = 1
        for part in filed.page_map:
            assert part["page"] == page
            page += part["pages"]
        assert page - 1 == filed.described["pages"]

    def test_every_document_but_the_guides_is_in_one_file(self, packet_with_companion: Path) -> None:
        documents = sorted(path.stem[3:] for path in (packet_with_companion / "documents").glob("*.pdf"))
        parts = [part for each in manifest_of(packet_with_companion)["bundles"] for part in each["page_map"]]
        assert documents == sorted(
            [
                "patient-guide",
                "companion-1-companion-guide",
                *(part["id"] for part in parts if part["kind"] != "attachment"),
            ]
        )

    def test_each_document_is_on_the_pages_of_the_page_map(self, filed: Filed) -> None:
        pages = texts_of_pages(filed.pdf)
        for part in (part for part in filed.page_map if part["kind"] != "attachment"):
            own = texts_of_pages(filed.document(part["id"]).read_bytes())
            assert all(own)
            numbered = pages[part["page"] - 1 : part["page"] - 1 + part["pages"]]
            assert all(page.startswith(text) for page, text in zip(numbered, own, strict=True))

    def test_each_attachment_has_all_its_pages(self, filed: Filed) -> None:
        example = EXAMPLES / filed.folder.name
        case = json.loads((example / "case.json").read_text(encoding="utf-8"))
        parts = {part["id"]: part["pages"] for part in filed.page_map}
        own = 0
        for index, attachment in enumerate(case["attachments"], start=1):
            is_filed = filed.described["kind"] == "bundle"
            if not is_filed or attachment.get("person", "patient") != filed.described["person"]:
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
        assert any(squeeze(f"全{filed.described['pages']}頁") in squeeze(line) for line in lines)
        said = {int(number) for line in lines for number in re.findall(r"(?<![0-9])([0-9]{1,2})(?![0-9])", line)}
        for part in filed.page_map:
            if part["kind"] != "cover":
                assert part["page"] in said
                japanese = part["title"].split(" / ")[0]
                assert squeeze(japanese) in squeeze("".join(lines))

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
            named = [row for row in rows if any(re.split("[\n\u3000]", cell)[0].strip() == title for cell in row)]
            assert [number for row in named for number in numbers_in(row[-1])] == pages, title

    def test_the_cover_sheet_says_who_issues_it_and_that_nobody_seals_it(self, filed: Filed) -> None:
        cover = text_of(filed.document(filed.page_map[0]["id"]).read_bytes())
        is_filed = filed.described["kind"] == "bundle"
        words = (
            "作成：取次者（押印不要）　Issued by the agent" if is_filed else "提出不要：取次者・医療機関・申請人の控え"
        )
        assert squeeze(words) in cover

    def test_the_cover_for_the_officer_holds_nothing_of_the_office(self, filed: Filed) -> None:
        cover = text_of(filed.document(filed.page_map[0]["id"]).read_bytes())
        found = [word for word in ("署名待ち", "提出できる期間", filed.folder.name) if squeeze(word) in cover]
        found += re.findall(r"20\d\d-\d\d", cover)
        wanted = [] if filed.described["kind"] == "bundle" else ["署名待ち", "提出できる期間", filed.folder.name]
        assert found == wanted

    def test_the_cover_of_the_working_file_lists_what_is_missing(
        self, packet: Path, packet_with_companion: Path
    ) -> None:
        for folder in (packet, packet_with_companion):
            manifest = manifest_of(folder)
            [path] = (folder / "documents").glob("??-working-cover.pdf")
            cover = text_of(path.read_bytes())
            titles = {row["role"]: row["title"] for row in official_list()}
            listed = [
                squeeze(f"{row['letter']}　{titles[row['role']]['ja']}　{titles[row['role']]['en']}")
                for row in manifest["missing"]
            ]
            assert [row for row in listed if row not in cover] == []
        assert [manifest_of(folder)["missing"] for folder in (packet, packet_with_companion)] == [[], []]

    def test_metadata_agree(self, filed: Filed) -> None:
        with pikepdf.open(io.BytesIO(filed.pdf)) as pdf, pdf.open_metadata() as xmp:
            assert xmp["dc:title"] == str(pdf.docinfo["/Title"])
            assert xmp["pdf:Producer"] == str(pdf.docinfo["/Producer"])
            assert xmp["dc:language"] == {str(pdf.Root.Lang)}
            assert xmp.pdfa_status == "2B"
            assert "/Filter" not in pdf.Root.Metadata

    def test_title_language_and_view(self, filed: Filed) -> None:
        reader = PdfReader(io.BytesIO(filed.pdf))
        assert reader.metadata is not None
        assert reader.metadata.title == f"医療滞在ビザ 提出書類一式 {filed.folder.name}（署名待ち）"
        assert reader.metadata.producer == "visa-packet"
        assert set(reader.metadata) == {"/Title", "/Producer"}
        root = reader.root_object
        assert str(root["/Lang"]) == "ja"
        assert str(root["/PageMode"]) == "/UseOutlines"
        assert str(root["/ViewerPreferences"]) == "{'/DisplayDocTitle': True}"

    def test_it_does_nothing_when_it_is_opened(self, filed: Filed) -> None:
        with pikepdf.open(io.BytesIO(filed.pdf)) as pdf:
            assert not {"/OpenAction", "/AA", "/AcroForm", "/JavaScript"} & set(pdf.Root.keys())
            assert set(pdf.Root.Names.keys()) == {"/Dests"}
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

    @pytest.mark.parametrize(
        "command",
        [
            pytest.param(["qpdf", "--check", "{}"], marks=needs_qpdf, id="qpdf"),
            pytest.param(["pdfinfo", "-dests", "{}"], marks=needs_poppler, id="poppler"),
            pytest.param(["pdftotext", "{}", "-"], marks=needs_poppler, id="poppler's text"),
            pytest.param(["pdftoppm", "-r", "20", "{}", "{}-page"], marks=needs_poppler, id="poppler's pages"),
            pytest.param(
                ["mutool", "draw", "-q", "-r", "20", "-F", "pbm", "-o", "/dev/null", "{}"],
                marks=needs_mupdf,
                id="mupdf",
            ),
        ],
    )
    def test_programs_open_it_without_a_complaint(self, filed: Filed, command: list[str], tmp_path: Path) -> None:
        path = str(shutil.copy(filed.path, tmp_path))
        done = subprocess.run(
            [part.replace("{}", path) for part in command], capture_output=True, text=True, check=False
        )
        complaints = [line for line in done.stderr.splitlines() if line != "warning: ICC support is not available"]
        assert (done.returncode, complaints) == (0, []), done.stdout

    def test_all_readers_find_the_same_words(self, filed: Filed) -> None:
        """pdfium, and other programs if they are installed, read the shared fonts through their CMaps."""
        page = filed.page_map[0]["pages"]  # the last of the cover sheet
        words = texts_of_pages(filed.pdf)[page - 1]
        for program in ("pdftotext", "mutool"):
            if not shutil.which(program):
                continue
            arguments = ["-f", str(page), "-l", str(page), str(filed.path), "-"]
            if program == "mutool":
                arguments = ["draw", "-q", "-F", "txt", str(filed.path), str(page)]
            done = subprocess.run([program, *arguments], capture_output=True, text=True, check=True)
            assert sorted(squeeze(done.stdout)) == sorted(words), program

    def test_all_fonts_are_embedded(self, filed: Filed) -> None:
        with pikepdf.open(io.BytesIO(filed.pdf)) as pdf:
            descriptors = [
                each
                for each in pdf.objects
                if isinstance(each, pikepdf.Dictionary) and each.get("/Type") == "/FontDescriptor"
            ]
            assert descriptors
            assert all({"/FontFile", "/FontFile2", "/FontFile3"} & set(each.keys()) for each in descriptors)

    def test_the_documents_share_each_font(self, filed: Filed) -> None:
        drawn = [part for part in filed.page_map if part["kind"] != "attachment"]
        numbers = [part["page"] - 1 + page for part in drawn for page in range(part["pages"])]
        with pikepdf.open(io.BytesIO(filed.pdf)) as pdf:
            fonts: list[Any] = [font for number in numbers for font in pdf.pages[number].Resources.Font.values()]
            programs = {font.DescendantFonts[0].objgen: str(font.DescendantFonts[0].BaseFont) for font in fonts}
        faces = [name.rpartition("+")[2] for name in programs.values()]
        # the documents share one of each; the cover sheet, which is drawn last, and the page numbers have their own
        most = {"NotoSansCJKjp-Bold": 2, "NotoSansCJKjp-Regular": 3, "NotoSansCJKsc-Regular": 2}
        assert Counter(faces) <= Counter(most)

    def test_it_is_smaller_than_its_documents(self, filed: Filed) -> None:
        """They share their fonts. The bundle of a companion has no document besides the cover sheet."""
        if filed.described["person"] == "patient":
            papers = sum(part["bytes"] for part in filed.page_map if part["kind"] == "attachment")
            assert len(filed.pdf) - papers < 0.5 * sum(part["bytes"] for part in filed.page_map) - 0.5 * papers

    def test_no_image_is_stored_twice(self, filed: Filed) -> None:
        with pikepdf.open(io.BytesIO(filed.pdf)) as pdf:
            images = [
                (bytes(each.read_raw_bytes()), str(each.get("/ColorSpace")))
                for each in pdf.objects
                if isinstance(each, pikepdf.Stream) and each.get("/Subtype") == "/Image"
            ]
        assert bool(images) is (filed.described["kind"] == "bundle")  # the photos
        assert len(images) == len(set(images))

    def test_another_day_or_case_gives_another_bundle(self, tmp_path: Path, edit: Edit) -> None:
        """The same case of the same day gives the same: test_process.py and test_language.py."""
        small = str(make_set(tmp_path / "small", "{{ patient.phone }} {{ as_of }}"))
        built = [
            build_case(edit(edits), tmp_path / name, BuildOptions(day, small)).folder
            for name, day, edits in (
                ("one", AS_OF, {}),
                ("same", AS_OF, {}),
                ("day", AS_OF.replace(day=23), {}),
                ("case", AS_OF, {"/patient/phone": "+86 10 0000 0124"}),
            )
        ]
        one, same, day, case = built
        assert snapshot(same) == snapshot(one)
        assert bundle_of(day) != bundle_of(one)
        assert identifiers(bundle_of(day)) != identifiers(bundle_of(one))
        assert manifest_of(case)["inputs"]["case"] != manifest_of(one)["inputs"]["case"]


def official_list() -> list[dict[str, Any]]:
    text = (EXAMPLES.parent / "templates" / "medical-stay" / "packet.json").read_text(encoding="utf-8")
    rows: list[dict[str, Any]] = json.loads(text)["official_list"]
    return rows


def test_a_missing_paper_is_listed_in_the_working_file(edit: Edit, tmp_path: Path) -> None:
    few = str(make_part(tmp_path / "set", "cover-sheet", "working-cover", "cost-estimate"))
    options = BuildOptions(AS_OF, few, allow_missing=True)
    built = build_case(edit({"/attachments": []}), tmp_path / "out", options)
    [_, working] = built.manifest.bundles
    lines = lines_of_cover((built.folder / working.path).read_bytes(), working.page_map[0].pages)
    assert [line.split()[1] for line in lines if line.startswith("□") and "WANG" in line][:6] == list("アイウエオカ")
    assert_numbers_are_correct(built.folder)


def lines_of_cover(pdf: bytes, pages: int) -> list[str]:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [line for page in range(pages) for line in document[page].get_textpage().get_text_bounded().splitlines()]
    finally:
        document.close()


def numbers_in(text: str) -> list[int]:
    return [int(number) for number in re.findall(r"(?m)^\s*([0-9]+)(?![0-9年])", text)]


def identifiers(pdf: bytes) -> list[bytes]:
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return [bytes(part) for part in opened.trailer.ID]


def links_of(pdf: bytes, page: int) -> list[tuple[tuple[float, ...], str]]:
    """Place and destination of each link of a page (from 0)."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        notes: Any = opened.pages[page].obj.get("/Annots", [])
        return [(tuple(float(end) for end in note.Rect), str(note.Dest)) for note in notes]


def words_in(pdf: bytes, page: int, place: tuple[float, ...]) -> str:
    """The text of a page (from 0) inside a rectangle."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return squeeze(document[page].get_textpage().get_text_bounded(*place))
    finally:
        document.close()


def pieces_of(*pdfs: bytes, **named: Any) -> list[Piece]:
    """Pieces a, b, c … one after the other, with these titles."""
    pieces, page = [], 1
    for name, pdf in zip("abcdefgh", pdfs, strict=False):
        pieces.append(Piece(name, name, pdf, page, **named))
        page += page_count(pdf)
    return pieces


def merged(*pdfs: bytes, **named: Any) -> bytes:
    return merge(pieces_of(*pdfs), "t", "ja", "case-1", **named).pdf


class TestMerge:
    """Merging alone."""

    def test_pieces_come_in_order_with_their_titles(self) -> None:
        assert outline_of(merged(make_pdf(2), make_pdf(3), make_pdf(1))) == [("a", 1), ("b", 3), ("c", 6)]

    def test_pieces_of_a_section_are_below_its_entry(self) -> None:
        one, two, three, four = pieces_of(*[make_pdf(1)] * 4)
        pieces = [one, replace(two, section="s"), replace(three, section="s"), replace(four, section="t")]
        assert outline_of(merge(pieces, "t", "ja", "case-1").pdf) == [
            ("a", 1),
            ("s", 2),
            [("b", 2), ("c", 3)],
            ("t", 4),
            [("d", 4)],
        ]

    def test_what_lies_between_pieces_is_blank_and_numbered(self) -> None:
        one, two = pieces_of(make_pdf_of(make_picture("JPEG"), 1), make_pdf_of(make_picture("JPEG"), 2))
        made = merge([one, replace(two, page=3)], "t", "ja", "case-1", two_sided=True)
        assert made.blank_pages == (2,)
        assert texts_of_pages(made.pdf) == ["case-11/4", "case-12/4", "case-13/4", "case-14/4"]
        with pikepdf.open(io.BytesIO(made.pdf)) as pdf:
            assert "/XObject" not in pdf.pages[1].Resources
            assert [round(float(end)) for end in pdf.pages[1].MediaBox] == [0, 0, 595, 842]
            assert pdf.Root.ViewerPreferences.Duplex == "/DuplexFlipLongEdge"

    def test_the_identifier_depends_on_the_pieces(self) -> None:
        one, two = make_pdf(1), make_pdf(2)
        first = identifiers(merged(one, two))
        assert len(first) == 2
        assert first[0] == first[1]
        assert len(first[0]) == 16
        assert identifiers(merged(one, two)) == first
        assert identifiers(merged(two, one)) != first

    def test_the_same_pieces_give_the_same_bytes(self) -> None:
        pdfs = [make_pdf(1), make_pdf_of(make_picture("JPEG"), 2)]
        assert merged(*pdfs) == merged(*pdfs)

    def test_a_picture_of_two_pieces_is_stored_once(self) -> None:
        picture = make_pdf_of(make_picture("JPEG", (600, 600), quality=95), 1)
        with pikepdf.open(io.BytesIO(merged(picture, picture))) as pdf:
            assert len(pdf.pages) == 2
            images = [x for x in pdf.objects if isinstance(x, pikepdf.Stream) and x.get("/Subtype") == "/Image"]
        assert len(images) == 1

    def test_a_font_of_a_paper_stays_as_it_is(self) -> None:
        """Even one that the documents embed, too; this one relies on the default width."""
        line = set_line("表示 Text")
        with pikepdf.new() as pdf:
            font = add_font(pdf, subset_for([line]))
            del font.DescendantFonts[0].W
            page = pdf.add_blank_page()
            page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F=font))
            page.Contents = pdf.make_stream(b"BT /F 20 Tf 50 50 Td " + line.codes + b" Tj ET")
            paper = saved(pdf)
        document, supplied = pieces_of(paper, paper)
        whole = merge([replace(document, is_generated=True), supplied], "t", "ja", "case-1").pdf
        with pikepdf.open(io.BytesIO(whole)) as pdf:
            shared, own = (page.Resources.Font["/F"] for page in pdf.pages)
            assert own.Encoding == "/Identity-H"
            assert "/W" not in own.DescendantFonts[0]
            assert shared.objgen == own.objgen, "what is the same is stored once"

    def test_outline_title_and_author_of_a_piece_are_not_taken_over(self) -> None:
        with pikepdf.open(io.BytesIO(make_pdf(2))) as pdf:
            with pdf.open_outline() as outline:
                outline.root.append(pikepdf.OutlineItem("inner", 1))
            pdf.docinfo["/Author"] = "somebody"
            pdf.docinfo["/Title"] = "inner title"
            piece = saved(pdf)
        whole = merge([Piece("outer", "outer", piece, 1)], "whole", "zh", "case-1").pdf
        assert outline_of(whole) == [("outer", 1)]
        metadata = PdfReader(io.BytesIO(whole)).metadata
        assert metadata == {"/Title": "whole", "/Producer": "visa-packet"}

    def test_what_is_merged_is_drawn_as_before_but_for_its_number(self, packet: Path) -> None:
        [alone] = (packet / "documents").glob("*-cost-estimate.pdf")
        single, whole = pypdfium2.PdfDocument(alone), pypdfium2.PdfDocument(packet / "working-file.pdf")
        try:
            pictures = [single[0].render().to_pil(), whole[len(whole) - 1].render().to_pil()]
        finally:
            single.close()
            whole.close()
        difference = ImageChops.difference(*(picture.convert("L") for picture in pictures)).getbbox()
        assert difference is not None
        assert difference[3] - difference[1] < 10


def drawn_on(content: bytes, size: tuple[int, int] = (595, 842), **page: Any) -> bytes:
    """A page with that content."""
    with pikepdf.new() as pdf:
        added = pdf.add_blank_page(page_size=size)
        added.Contents = pdf.make_stream(content)
        for key, value in page.items():
            added[f"/{key}"] = pikepdf.Array(value) if isinstance(value, list) else value
        return saved(pdf)


def where_number_is(pdf: bytes) -> tuple[float, float, float, float]:
    """Box around the number of a bundle's first page, in points from the lower left corner of the page as shown."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        page = document[0]
        without = drawn_without_number(pdf)
        pictures = [page.render(scale=2).to_pil().convert("L"), without]
        left, upper, right, lower = ImageChops.difference(*pictures).getbbox() or (0, 0, 0, 0)
        height = page.get_height()
        return left / 2, height - lower / 2, right / 2, height - upper / 2
    finally:
        document.close()


def drawn_without_number(pdf: bytes) -> Image.Image:
    """The first page of a bundle without what is behind its own content."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        opened.pages[0].Contents = pikepdf.Array([*opened.pages[0].Contents][:-1])
        document = pypdfium2.PdfDocument(saved(opened))
    try:
        picture: Image.Image = document[0].render(scale=2).to_pil().convert("L")
        return picture
    finally:
        document.close()


CORNERS = {
    "lower right": b"400 0 190 60 re f",
    "upper right": b"400 790 190 60 re f",
    "lower left": b"0 0 190 60 re f",
    "upper left": b"0 790 190 60 re f",
}


class TestNumbers:
    """The places of the page numbers."""

    @pytest.mark.parametrize("corner", CORNERS)
    def test_it_goes_to_the_corner_that_is_free(self, corner: str) -> None:
        content = b" ".join(box for name, box in CORNERS.items() if name != corner)
        left, lower, right, upper = where_number_is(merged(drawn_on(content)))
        assert (lower < 60) == ("lower" in corner)
        assert (left > 400) == ("right" in corner)
        assert 14 < lower < upper < 842 - 14
        assert 28 < left < right < 595 - 28

    def test_it_is_in_the_corner_that_is_free_on_most_pages(self) -> None:
        taken = drawn_on(CORNERS["lower right"])
        free = drawn_on(b"100 300 200 200 re f")
        assert where_number_is(merged(free, free))[1] < 60
        assert where_number_is(merged(free, free, taken))[1] > 700

    @pytest.mark.parametrize("corner", ["lower", "upper"])
    def test_a_full_page_is_shrunk_a_little(self, corner: str) -> None:
        full = drawn_on(b"0.5 g 0 0 595 842 re f 1 0 0 rg 10 10 20 20 re f")
        others = [drawn_on(CORNERS["lower right"])] * 2 if corner == "upper" else []
        pdf = merged(full, *others)
        left, lower, right, upper = where_number_is(pdf)
        without = drawn_without_number(pdf)
        white = without.crop((int(left * 2), int((842 - upper) * 2), int(right * 2), int((842 - lower) * 2)))
        assert white.getextrema() == (255, 255)
        assert (lower < 60) == (corner == "lower")
        box = ImageChops.invert(without).getbbox()
        assert box is not None
        assert (box[2] - box[0]) / 2 == pytest.approx(595 * (842 - 32) / 842, abs=1)
        assert (box[3] - box[1]) / 2 == pytest.approx(842 - 32, abs=1)

    @pytest.mark.parametrize("turned", [0, 90, 180, 270])
    @pytest.mark.parametrize("content", [b"", b"0 0 1000 1000 re f"], ids=["empty", "full"])
    def test_it_is_horizontal_on_a_page_that_is_rotated_or_cropped(self, turned: int, content: bytes) -> None:
        page = drawn_on(content or b"n", (900, 700), Rotate=turned, CropBox=[50, 30, 850, 630])
        pdf = merged(page)
        width, height = (800, 600) if turned % 180 == 0 else (600, 800)
        _, lower, right, upper = where_number_is(pdf)
        assert upper - lower < 8
        assert right == pytest.approx(width - 34, abs=2)
        assert lower == pytest.approx(20, abs=2)
        assert texts_of_pages(pdf) == ["case-11/1"]
        assert height == pytest.approx(page_height(pdf))

    def test_annotations_are_not_covered_and_follow_a_smaller_page(self) -> None:
        note = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Square, Rect=[400, 0, 590, 60], F=4)
        beside = drawn_on(b"n", Annots=[note])
        assert where_number_is(merged(beside))[1] > 700
        below = merged(drawn_on(b"0 0 595 842 re f", Annots=[note]))
        with pikepdf.open(io.BytesIO(below)) as pdf:
            rectangle = [float(end) for end in pdf.pages[0].Annots[0].Rect]
        scale = (842 - 32) / 842
        wanted = [400 * scale + (1 - scale) * 595 / 2, 32, 590 * scale + (1 - scale) * 595 / 2, 60 * scale + 32]
        assert rectangle == pytest.approx(wanted, abs=0.01)

    def test_a_long_case_id_is_printed_completely(self) -> None:
        long = "a" * 62 + "-1"
        pdf = merge(pieces_of(drawn_on(b"100 300 200 200 re f")), "t", "ja", long).pdf
        assert texts_of_pages(pdf) == [f"{long}1/1"]

    def test_content_that_leaves_the_graphics_state_changed_does_not_move_it(self) -> None:
        pdf = merged(drawn_on(b"0.5 0 0 0.5 100 100 cm 1 0 0 rg"))
        left, lower, right, _ = where_number_is(pdf)
        assert [right, lower] == pytest.approx([595 - 34, 20], abs=2)
        assert left > 400


def page_height(pdf: bytes) -> float:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return float(document[0].get_height())
    finally:
        document.close()


@pytest.fixture(scope="module")
def two_sided(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A packet with every document on a right-hand page."""
    options = BuildOptions(AS_OF, right_hand_pages=True)
    return build_case(EXAMPLES / "chen-lihua" / "case.json", tmp_path_factory.mktemp("two-sided"), options).folder


class TestRightHandPages:
    """Every document on a right-hand page."""

    def test_every_part_begins_on_an_odd_page(self, two_sided: Path) -> None:
        manifest = manifest_of(two_sided)
        assert manifest["options"]["right_hand_pages"] is True
        for bundle in manifest["bundles"]:
            starts = [part["page"] for part in bundle["page_map"]]
            assert all(page % 2 for page in starts)
            filled = {part["page"] + n for part in bundle["page_map"] for n in range(part["pages"])}
            assert {*filled, *bundle["blank_pages"]} == set(range(1, bundle["pages"] + 1))
            assert not filled & set(bundle["blank_pages"])
            assert all(page % 2 == 0 for page in bundle["blank_pages"])

    def test_blank_pages_have_their_number_alone(self, two_sided: Path) -> None:
        (bundle, *_) = manifest_of(two_sided)["bundles"]
        texts = texts_of_pages(bundle_of(two_sided))
        assert len(texts) == bundle["pages"]
        for page in bundle["blank_pages"]:
            assert texts[page - 1] == f"{page}/{len(texts)}"

    def test_the_cover_sheet_counts_them(self, two_sided: Path) -> None:
        (bundle, *_) = manifest_of(two_sided)["bundles"]
        cover, *parts = bundle["page_map"]
        lines = lines_of_cover(bundle_of(two_sided), cover["pages"])
        assert any(squeeze(f"全{bundle['pages']}頁") in squeeze(line) for line in lines)
        led = {
            to: words_in(bundle_of(two_sided), number, place)
            for number in range(cover["pages"])
            for place, to in links_of(bundle_of(two_sided), number)
        }
        assert led == {part["id"]: str(part["page"]) for part in parts}

    def test_it_is_verified(self, two_sided: Path) -> None:
        assert verify_path(two_sided).manifest.options.right_hand_pages


@pytest.mark.parametrize("edits", [{"/costs": REMOVE}, {"/athlete": True}])
def test_numbers_are_correct_with_and_without_optional_parts(edit: Edit, tmp_path: Path, edits: dict[str, Any]) -> None:
    few = str(make_part(tmp_path / "set", "cover-sheet", "cost-estimate", "note-for-athletes"))
    assert_numbers_are_correct(build_case(edit(edits), tmp_path / "out", BuildOptions(AS_OF, few)).folder)


def assert_numbers_are_correct(folder: Path) -> None:
    (described, *_) = manifest_of(folder)["bundles"]
    texts = texts_of_pages(bundle_of(folder))
    assert [text.endswith(f"{n}/{len(texts)}") for n, text in enumerate(texts, start=1)] == [True] * len(texts)
    led = {to: words_in(bundle_of(folder), 0, place) for place, to in links_of(bundle_of(folder), 0)}
    assert led == {part["id"]: str(part["page"]) for part in described["page_map"][1:]}
