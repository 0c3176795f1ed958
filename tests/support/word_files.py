"""Small Word files made by hand: one element at a time, in a shipped font with exact line spacing."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence

from tests.support.built import make_picture

_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_SPACES = " ".join(
    f'xmlns:{prefix}="{space}"'
    for prefix, space in {
        "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
        "r": _OFFICE,
        "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
        "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
        "pic": "http://schemas.openxmlformats.org/drawingml/2006/picture",
        "wps": "http://schemas.microsoft.com/office/word/2010/wordprocessingShape",
        "wpg": "http://schemas.microsoft.com/office/word/2010/wordprocessingGroup",
        "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
        "m": "http://schemas.openxmlformats.org/officeDocument/2006/math",
        "v": "urn:schemas-microsoft-com:vml",
        "w14": "http://schemas.microsoft.com/office/word/2010/wordml",
    }.items()
)
FONT = '<w:rFonts w:ascii="{0}" w:hAnsi="{0}" w:eastAsia="{0}" w:cs="{0}"/>'.format("Noto Sans CJK JP")
_STYLES = (
    f'<w:docDefaults><w:rPrDefault><w:rPr>{FONT}<w:sz w:val="21"/><w:lang w:val="en-US" w:eastAsia="ja-JP"/></w:rPr>'
    '</w:rPrDefault><w:pPrDefault><w:pPr><w:spacing w:before="0" w:after="0" w:line="360" w:lineRule="exact"/></w:pPr>'
    '</w:pPrDefault></w:docDefaults><w:style w:type="paragraph" w:default="1" w:styleId="Normal">'
    '<w:name w:val="Normal"/></w:style>'
)
PAGE = (
    '<w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1134" w:right="1134" w:bottom="1134" w:left="1134" '
    'w:header="567" w:footer="567" w:gutter="0"/>'
)
_NOTES = "".join(
    f'<w:footnote w:type="{kind}" w:id="{number}"><w:p><w:r><w:{kind}/></w:r></w:p></w:footnote>'
    for kind, number in (("separator", -1), ("continuationSeparator", 0))
)
_ROOTS = {"styles": "styles", "numbering": "numbering", "settings": "settings", "footnotes": "footnotes"}


def word_file(body: str, section: str = "", **parts: str) -> bytes:
    """A Word file with this body. ``parts`` are more XML of styles, numbering, settings, footnotes, header1, footer1.

    ``section`` is written before size and margins of the page; a section of None leaves out all of it.
    """
    own = {"styles": _STYLES + parts.pop("styles", ""), "settings": parts.pop("settings", "")}
    if "footnotes" in parts:
        own["footnotes"] = _NOTES + parts.pop("footnotes")
    own |= parts
    files: dict[str, bytes] = {}
    rows, types = [_row("rpic", "image", "media/image1.png")], []
    for name, xml in own.items():
        kind = name.rstrip("0123456789")
        root = {"header": "hdr", "footer": "ftr"}.get(kind, kind)
        files[f"word/{name}.xml"] = f"<w:{root} {_SPACES}>{xml}</w:{root}>".encode()
        rows.append(_row(f"r{name}", kind, f"{name}.xml"))
        types.append(f'<Override PartName="/word/{name}.xml" ContentType="{_WORD}.{kind}+xml"/>')
    ending = "" if section == "none" else f"<w:sectPr>{section}{'' if 'w:pgSz' in section else PAGE}</w:sectPr>"
    files["word/document.xml"] = f"<w:document {_SPACES}><w:body>{body}{ending}</w:body></w:document>".encode()
    files["word/_rels/document.xml.rels"] = _relationships(*rows)
    files["word/media/image1.png"] = make_picture(size=(40, 20))
    files["_rels/.rels"] = _relationships(_row("r1", "officeDocument", "word/document.xml"))
    defaults = {"rels": f"{_PACKAGE[:-5]}", "xml": "application/xml", "png": "image/png"}
    defaults["rels"] = "application/vnd.openxmlformats-package.relationships+xml"
    listed = "".join(f'<Default Extension="{end}" ContentType="{kind}"/>' for end, kind in defaults.items())
    main = f'<Override PartName="/word/document.xml" ContentType="{_WORD}.document.main+xml"/>'
    content = f'<Types xmlns="{_PACKAGE}/content-types">{listed}{main}{"".join(types)}</Types>'
    return _archive({"[Content_Types].xml": content.encode(), **files})


def _archive(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def _row(name: str, kind: str, target: str) -> str:
    return f'<Relationship Id="{name}" Type="{_OFFICE}/{kind}" Target="{target}"/>'


def _relationships(*rows: str) -> bytes:
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{"".join(rows)}</Relationships>'.encode()


def text(words: str) -> str:
    """A piece of text in a run."""
    return f'<w:t xml:space="preserve">{words}</w:t>'


def run(inner: str, properties: str = "") -> str:
    """A run with this content."""
    return f"<w:r><w:rPr>{properties}</w:rPr>{inner}</w:r>"


def paragraph(words: str = "", properties: str = "", more: str = "") -> str:
    """A paragraph with a run of text, if there are words, and what follows it."""
    return f"<w:p><w:pPr>{properties}</w:pPr>{run(text(words)) if words else ''}{more}</w:p>"


def cell(content: str, properties: str = "", width: int = 3000) -> str:
    """A table cell; its content are paragraphs."""
    return f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{properties}</w:tcPr>{content}</w:tc>'


def row(*cells: str, properties: str = "") -> str:
    """A row of cells; a cell that is no XML is the text of one."""
    content = (one if one.startswith("<") else cell(paragraph(one)) for one in cells)
    return f"<w:tr><w:trPr>{properties}</w:trPr>{''.join(content)}</w:tr>"


def table(*rows: str, properties: str = "", columns: Sequence[int] = (3000, 3000)) -> str:
    """A table with borders and columns of fixed width."""
    sides = ("top", "left", "bottom", "right", "insideH", "insideV")
    borders = "".join(f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>' for side in sides)
    grid = "".join(f'<w:gridCol w:w="{column}"/>' for column in columns)
    return (
        f'<w:tbl><w:tblPr>{properties}<w:tblW w:w="{sum(columns)}" w:type="dxa"/><w:tblBorders>{borders}</w:tblBorders>'
        f'<w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{"".join(rows)}</w:tbl>'
    )


def field(instruction: str, result: str = "7") -> str:
    """A complete field."""
    marks = {kind: run(f'<w:fldChar w:fldCharType="{kind}"/>') for kind in ("begin", "separate", "end")}
    code = run(f'<w:instrText xml:space="preserve"> {instruction} </w:instrText>')
    return marks["begin"] + code + marks["separate"] + run(text(result)) + marks["end"]


def numbering(kind: str = "decimal", words: str = "%1.", more: str = "") -> str:
    """A numbering part with one list of two levels, number 1."""
    levels = "".join(
        f'<w:lvl w:ilvl="{depth}"><w:start w:val="1"/><w:numFmt w:val="{kind}"/>{more}<w:lvlText w:val="{words}"/>'
        f'<w:lvlJc w:val="left"/><w:pPr><w:ind w:left="{720 * (depth + 1)}" w:hanging="720"/></w:pPr></w:lvl>'
        for depth in range(2)
    )
    return (
        f'<w:abstractNum w:abstractNumId="0">{levels}</w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
    )


#: Paragraphs have exact lines otherwise, which a list must not have.
SINGLE = '<w:spacing w:line="240" w:lineRule="auto"/>'
LISTED = f'<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>{SINGLE}'


def reference(kind: str, name: str, when: str = "default") -> str:
    """A reference of a section to a part header1, footer1 and so on."""
    return f'<w:{kind}Reference w:type="{when}" r:id="r{name}"/>'


_PICTURE = (
    '<a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic><pic:nvPicPr>'
    '<pic:cNvPr id="1" name="p"/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip r:embed="rpic"/>{crop}<a:stretch>'
    '<a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm{turn}><a:off x="0" y="0"/><a:ext cx="720000" '
    'cy="360000"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData>'
    "</a:graphic>"
)
_BOX = (
    '<a:graphic><a:graphicData uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><wps:wsp>'
    '<wps:cNvSpPr txBox="1"/><wps:spPr/><wps:txbx><w:txbxContent>{}</w:txbxContent></wps:txbx><wps:bodyPr/></wps:wsp>'
    "</a:graphicData></a:graphic>"
)


def picture(crop: str = "", turn: str = "") -> str:
    """A picture in line with the text."""
    inner = _PICTURE.format(crop=crop, turn=turn)
    return (
        '<w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="720000" cy="360000"/>'
        f'<wp:docPr id="1" name="p"/>{inner}</wp:inline></w:drawing>'
    )


def box(words: str) -> str:
    """A text box that is placed from its paragraph."""
    return (
        '<w:drawing><wp:anchor distT="0" distB="0" distL="0" distR="0" simplePos="0" relativeHeight="1" behindDoc="0" '
        'locked="0" layoutInCell="1" allowOverlap="1"><wp:simplePos x="0" y="0"/><wp:positionH relativeFrom="column">'
        '<wp:posOffset>0</wp:posOffset></wp:positionH><wp:positionV relativeFrom="paragraph"><wp:posOffset>0'
        '</wp:posOffset></wp:positionV><wp:extent cx="1440000" cy="720000"/><wp:wrapNone/><wp:docPr id="1" name="b"/>'
        f"{_BOX.format(paragraph(words))}</wp:anchor></w:drawing>"
    )
