"""Closes the gaps that office2pdf 0.4 leaves in vertical borders of tables.

It draws the left and right border of a cell as two pieces as long as a line of text, one at the top and one at the
bottom of the row, so a row of more than two lines has a gap between them. The upper piece becomes as long as the row.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

import pikepdf

_NUMBER = rb"(-?[\d.]+)"
_START = rb"/Artifact<</Type/Layout>>BDC\nq 1 0 0 -1 %b %b cm[^\n]*? 0 0 m " % (_NUMBER, _NUMBER)
#: A filled rectangle: x and y of its upper left corner, its width and its height.
_FILLED = re.compile(_START + rb"%b 0 l \3 (?P<length>[\d.]+) l 0 (?P=length) l\nh\nf\nQ\nEMC" % _NUMBER)


def close_gaps(pdf: bytes) -> bytes:
    """Return a PDF of office2pdf with whole vertical borders. One without gaps is returned as it is."""
    try:
        opened = pikepdf.open(io.BytesIO(pdf))
    except pikepdf.PdfError:
        return pdf  # the check of the output reports it
    with opened:
        streams = [(page, page.Contents.read_bytes()) for page in opened.pages if "/Contents" in page]
        changed = [(page, new) for page, old in streams if (new := _closed(old)) != old]
        if not changed:
            return pdf
        for page, new in changed:
            page.Contents = opened.make_stream(new)
        out = io.BytesIO()
        opened.save(out, deterministic_id=True)
    return out.getvalue()


def _closed(stream: bytes) -> bytes:
    parts, at = [], 0
    for place, length in _gaps(stream):
        parts += [stream[at : place.start("length")], length, b" l 0 ", length]
        at = place.end("length") + len(b" l 0 ") + len(place["length"])
    return b"".join((*parts, stream[at:]))


def _gaps(stream: bytes) -> Iterator[tuple[re.Match[bytes], bytes]]:
    """Yield each upper piece below which there is a gap, and the length that it must have."""
    upper = None
    for piece in _FILLED.finditer(stream):
        if upper is not None and upper.end() == piece.start() and _is_vertical(piece) and _is_same(upper, piece):
            length = float(upper[2]) - float(piece[2]) + float(piece["length"])
            if length > 2 * float(piece["length"]):
                yield upper, f"{length:.3f}".encode()
            upper = None
        else:
            upper = piece


def _is_vertical(piece: re.Match[bytes]) -> bool:
    return float(piece[3]) < float(piece["length"])


def _is_same(upper: re.Match[bytes], lower: re.Match[bytes]) -> bool:
    return (upper[1], upper[3], upper["length"]) == (lower[1], lower[3], lower["length"])
