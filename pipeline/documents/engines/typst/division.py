"""Dividing the PDF of all documents of a packet into the PDFs of the documents, which stay tagged PDF/A-2b files."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

import pikepdf
from pikepdf import Array, Dictionary, Name, String

from pipeline.formats.pdf.reading import ReadPdf, fonts_on, read_pages

#: With which the labels of pages begin: one document's with one, the next one's with the other.
SIGNS = ("+", "-")
_TITLE = re.compile(r'\btitle: "((?:[^"\\]|\\.)*)"')
_AUTHOR = re.compile(r'\bauthor: "((?:[^"\\]|\\.)*)"')
_DAY = re.compile(r"\byear: (\d+), month: (\d+), day: (\d+)")
_LANGUAGE = re.compile(r'^#set text\(lang: "(\w+)"(?:, region: "(\w+)")?', re.MULTILINE)
_ESCAPE = re.compile(r"\\(.)")
_XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">
<dc:format>application/pdf</dc:format>{names}
<dc:language><rdf:Bag><rdf:li>{language}</rdf:li></rdf:Bag></dc:language>
<xmp:CreatorTool>{creator}</xmp:CreatorTool>
<xmp:CreateDate>{day}T00:00:00Z</xmp:CreateDate><xmp:ModifyDate>{day}T00:00:00Z</xmp:ModifyDate>
<pdfaid:part>2</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="r"?>
"""


class DivisionError(Exception):
    """The pages of the documents cannot be distinguished."""


@dataclass(frozen=True, slots=True)
class Description:
    """What a PDF says about its document. An empty title or author is left out; the day is in ISO format."""

    title: str
    author: str
    language: str
    day: str


def describe(source: str) -> Description:
    """Return what the rules at the beginning of a Typst source say about its document."""
    head = source.partition("\n")[0]
    title, author, day, language = (
        _TITLE.search(head),
        _AUTHOR.search(head),
        _DAY.search(head),
        _LANGUAGE.search(source),
    )
    if day is None or language is None:
        raise DivisionError
    return Description(
        _unescaped(title[1]) if title else "",
        _unescaped(author[1]) if author else "",
        language[1] + (f"-{language[2].upper()}" if language[2] else ""),
        "{:04}-{:02}-{:02}".format(*map(int, day.groups())),
    )


def divide(pdf: bytes, documents: Sequence[Description]) -> list[ReadPdf]:
    """Return a PDF for each document. The labels of the pages tell which are its own. Raises DivisionError.

    The pages are read before they are divided, because a reader opens each font for each file that has it.
    """
    read = read_pages(pdf)
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        pages = [page.obj for page in opened.pages]
        starts = _starts(list(opened.Root.PageLabels.Nums))
        if len(starts) != len(documents):
            raise DivisionError
        whole = _Whole(opened, pages)
        ends = [*starts[1:], len(pages)]
        return [
            ReadPdf(whole.part(range(start, end), about), read[start:end], fonts_on(pages[start:end]))
            for start, end, about in zip(starts, ends, documents, strict=True)
        ]


def _starts(labels: Sequence[Any]) -> list[int]:
    """Return the pages from which on labels begin with another sign."""
    signs = [(int(page), str(label.get("/P"))) for page, label in zip(labels[::2], labels[1::2], strict=True)]
    return [page for (_, before), (page, sign) in zip([(0, ""), *signs], signs, strict=False) if sign != before]


class _Whole:
    """The PDF of all documents, of which each is saved in turn: what nothing refers to is not saved."""

    def __init__(self, pdf: pikepdf.Pdf, pages: Sequence[Any]) -> None:
        self._pdf = pdf
        self._pages = pages
        self._creator = str(pdf.docinfo.get("/Creator", ""))
        numbers = {page.objgen: number for number, page in enumerate(pages)}
        tree = pdf.Root.StructTreeRoot
        self._blocks = [(_page_of(block, numbers), block) for block in tree.K[0].K]
        names = list(tree.get("/IDTree", Dictionary()).get("/Names", []))
        self._ids = [
            (_page_of(block, numbers), (key, block)) for key, block in zip(names[::2], names[1::2], strict=True)
        ]
        marks = list(tree.get("/ParentTree", Dictionary()).get("/Nums", []))
        self._marks = dict(zip(map(int, marks[::2]), marks[1::2], strict=True))
        self._entries = [(numbers[entry.Dest[0].objgen], entry) for entry in _entries(pdf.Root.get("/Outlines"))]

    def part(self, numbers: range, about: Description) -> bytes:
        """Return the PDF of the pages with these numbers."""
        root, own = self._pdf.Root, [self._pages[number] for number in numbers]
        root.Pages.Kids, root.Pages.Count = Array(own), len(own)
        for page in own:
            page.Parent = root.Pages
        self._set_tags(numbers, own)
        self._set_outline(numbers)
        self._set_description(about)
        if "/PageLabels" in root:
            del root.PageLabels
        out = io.BytesIO()
        self._pdf.save(
            out,
            deterministic_id=True,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
            fix_metadata_version=False,
        )
        return out.getvalue()

    def _set_tags(self, numbers: range, own: Sequence[Any]) -> None:
        """Leave the tags of these pages in the structure tree."""
        tree = self._pdf.Root.StructTreeRoot
        tree.K[0].K = Array(block for page, block in self._blocks if page in numbers)
        named = [item for page, pair in self._ids if page in numbers for item in pair]
        tree.IDTree = Dictionary(Names=Array(named))
        if not named:
            del tree.IDTree
        keys = {int(page.StructParents) for page in own if "/StructParents" in page}
        marks = [item for key, mark in self._marks.items() if key in keys for item in (key, mark)]
        tree.ParentTree = Dictionary(Nums=Array(marks))

    def _set_outline(self, numbers: range) -> None:
        """Leave the entries that lead to these pages in the outline, on one level, as they are in the whole."""
        root, entries = self._pdf.Root, [entry for page, entry in self._entries if page in numbers]
        if "/Outlines" in root:
            del root.Outlines
        if not entries:
            return
        outline = self._pdf.make_indirect(Dictionary(Type=Name.Outlines, Count=len(entries)))
        for before, entry, after in zip([None, *entries], entries, [*entries[1:], None], strict=False):
            links = {"/Parent": outline, "/Prev": before, "/Next": after}
            for key, value in links.items():
                if value is not None:
                    entry[key] = value
                elif key in entry:
                    del entry[key]
        outline.First, outline.Last = entries[0], entries[-1]
        root.Outlines = outline

    def _set_description(self, about: Description) -> None:
        root, compact = self._pdf.Root, about.day.replace("-", "")
        stamp = f"D:{compact}000000Z"
        values = {"/Title": about.title, "/Author": about.author, "/Creator": self._creator}
        info = {**values, "/CreationDate": stamp, "/ModDate": stamp}
        shown = Dictionary({key: String(value) for key, value in info.items() if value})
        self._pdf.trailer.Info = self._pdf.make_indirect(shown)
        root.Lang = String(about.language)
        root.Metadata = self._pdf.make_stream(_xmp(about, self._creator), Type=Name.Metadata, Subtype=Name.XML)


def _xmp(about: Description, creator: str) -> bytes:
    kinds = {"title": ("Alt", ' xml:lang="x-default"', about.title), "creator": ("Seq", "", about.author)}
    names = "".join(
        f"\n<dc:{name}><rdf:{kind}><rdf:li{mark}>{escape(value)}</rdf:li></rdf:{kind}></dc:{name}>"
        for name, (kind, mark, value) in kinds.items()
        if value
    )
    return _XMP.format(names=names, language=about.language, creator=escape(creator), day=about.day).encode()


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(lambda found: "\n" if found[1] == "n" else found[1], text)


def _page_of(block: Any, numbers: Mapping[tuple[int, int], int]) -> int | None:
    """Return the number of the page on which a block of the structure tree begins."""
    if not isinstance(block, Dictionary):
        return None
    if "/Pg" in block:
        return numbers[block.Pg.objgen]
    inside = block.get("/K", Array())
    pages = (_page_of(each, numbers) for each in (inside if isinstance(inside, Array) else [inside]))
    return next((page for page in pages if page is not None), None)


def _entries(outline: Any) -> Iterator[Any]:
    """Yield the entries of an outline in order, level by level."""
    entry = None if outline is None else outline.get("/First")
    while entry is not None:
        yield entry
        entry = entry.get("/Next")
