"""Pictures: each becomes an upright A4 page. Its data is wrapped as it is wherever PDF knows the coding."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import img2pdf
import pikepdf
from PIL import Image, ImageCms, ImageOps

from pipeline.attachments.jpeg import plain_jpeg
from pipeline.attachments.notes import Clean, Notes
from pipeline.attachments.placement import POINTS_PER_INCH, Placement, add_page, centre, fill_page
from pipeline.attachments.png import plain_png
from pipeline.attachments.reading_limits import Limits
from pipeline.errors import UnusableError
from pipeline.formats.pdf.geometry import A4_POINTS

FINE_RULE = "FIL-05"
#: How much finer than wanted a picture may be: a scan at that resolution becomes a little finer inside the margins.
_GRACE = 1.15
_QUALITY = 92
_LONGEST_DOT = 4  # how many times as high as wide, or as wide as high, a dot may be said to be
_POINTS_PER_MM = POINTS_PER_INCH / 25.4

#: Tag of the orientation in a picture's Exif data, and for each of its values how the unit square is turned.
_ORIENTATION = 0x0112
_TURNS = {
    1: pikepdf.Matrix(1, 0, 0, 1, 0, 0),
    2: pikepdf.Matrix(-1, 0, 0, 1, 1, 0),
    3: pikepdf.Matrix(-1, 0, 0, -1, 1, 1),
    4: pikepdf.Matrix(1, 0, 0, -1, 0, 1),
    5: pikepdf.Matrix(0, -1, -1, 0, 1, 1),
    6: pikepdf.Matrix(0, -1, 1, 0, 0, 1),
    7: pikepdf.Matrix(0, 1, 1, 0, 0, 0),
    8: pikepdf.Matrix(0, 1, -1, 0, 1, 0),
}
_ON_ITS_SIDE = frozenset({5, 6, 7, 8})
#: What a colour profile calls the space of the pixels of a mode; of the others, it is grey.
_SPACES = {"RGB": b"RGB ", "P": b"RGB ", "CMYK": b"CMYK"}
#: Modes of Pillow that PDF can show as they are.
_PLAIN_MODES = frozenset({"1", "L", "P", "RGB", "CMYK", "I;16"})


class _Page(NamedTuple):
    """A picture as it is wrapped, how it has to be turned, and its place on the page."""

    data: bytes
    orientation: int
    place: Placement


def read_picture(content: bytes, kind: str, wanted: Mapping[str, Any], limits: Limits) -> Clean:
    """One A4 page a picture. Raises UnusableError, or anything when the file is broken."""
    notes = Notes()
    with pikepdf.new() as pdf:
        for page in _pages(content, kind, wanted, limits, notes):
            add_page(pdf, _wrapped(page.data, pdf), _TURNS[page.orientation] @ page.place.matrix(), A4_POINTS)
        out = io.BytesIO()
        pdf.save(out, deterministic_id=True)
        return Clean(out.getvalue(), len(pdf.pages), notes.told)


def _pages(content: bytes, kind: str, wanted: Mapping[str, Any], limits: Limits, notes: Notes) -> Iterator[_Page]:
    with _opened(content, kind) as picture:
        count = getattr(picture, "n_frames", 1)
        if kind not in {"TIFF", "JPEG"} and count > 1:
            raise UnusableError("attachment-frames", "the file holds several pictures", "export the one that is meant")
        if count > limits.pages:
            message = f"the file holds {count} pictures; 1 to {limits.pages} can be used"
            raise UnusableError("attachment-pages", message, "give the pages that belong to the paper")
        for frame in range(count if kind == "TIFF" else 1):
            picture.seek(frame)
            if picture.width * picture.height > limits.pixels:
                raise _too_many_pixels(limits)
            yield _page(picture, content, kind, wanted, notes)


def _opened(content: bytes, kind: str) -> Image.Image:
    with warnings.catch_warnings():
        # The limits are looked at here, frame by frame; Pillow would print a line of its source.
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        Image.MAX_IMAGE_PIXELS = None
        return Image.open(io.BytesIO(content), formats=[kind.upper()])


def _page(picture: Image.Image, content: bytes, kind: str, wanted: Mapping[str, Any], notes: Notes) -> _Page:
    """One picture of the file, or of a page of it."""
    orientation = int(picture.getexif().get(_ORIENTATION, 1))
    orientation = orientation if orientation in _TURNS else 1
    width, height = _shape(picture, kind, is_on_its_side=orientation in _ON_ITS_SIDE)
    place = _place(width, height, wanted["print_size_mm"])
    finest = max(1, round(place.width / POINTS_PER_INCH * wanted["dpi"]))
    if width > finest * _GRACE:
        if wanted["shrink"] is None:
            notes.add(FINE_RULE)
        return _Page(_smaller(picture, kind, finest / width, wanted["shrink"]), 1, place)
    if wanted["shrink"] is not None:
        return _Page(_smaller(picture, kind, 1.0, wanted["shrink"]), 1, place)
    return _Page(*_as_it_is(picture, content, kind, orientation), place)


def _shape(picture: Image.Image, kind: str, *, is_on_its_side: bool) -> tuple[int, float]:
    """Width in dots and height in the same unit, when it stands upright.

    Of a TIFF, Pillow tells the size as it is upright. A fax has dots that are twice as high as they are wide.
    """
    if kind != "TIFF":
        width, height = picture.size[:: -1 if is_on_its_side else 1]
        return width, height
    across, down = (float(dots) for dots in picture.info.get("dpi", (1, 1))[:: -1 if is_on_its_side else 1])
    is_plausible = across > 0 and down > 0 and 1 / _LONGEST_DOT <= across / down <= _LONGEST_DOT
    return picture.width, picture.height * (across / down if is_plausible else 1.0)


def _place(width: float, height: float, print_size: tuple[float, float] | None) -> Placement:
    if print_size is None:
        return fill_page(width, height, A4_POINTS)
    wide, high = (length * _POINTS_PER_MM for length in print_size)
    scale = min(wide / width, high / height)
    return centre(width * scale, height * scale, A4_POINTS)


def _as_it_is(picture: Image.Image, content: bytes, kind: str, orientation: int) -> tuple[bytes, int]:
    """Data that can be wrapped without a change of any pixel, and how it has still to be turned."""
    if kind == "JPEG":
        picture.draft(picture.mode, (1, 1))  # decoded as small as can be: enough to see that it can be
        picture.load()
        return plain_jpeg(content), orientation
    picture.load()
    if kind == "PNG" and not _is_transparent(picture):
        return plain_png(content), orientation
    return _encoded(_upright(picture), _is_lossy(picture, content, kind)), 1


def _is_lossy(picture: Image.Image, content: bytes, kind: str) -> bool:
    """Whether the pixels were stored with losses, so that JPEG of high quality takes nothing more from them."""
    if kind == "WebP":
        return b"VP8L" not in content
    return kind == "JPEG" or picture.info.get("compression") in {"jpeg", "tiff_jpeg"}


def _smaller(picture: Image.Image, kind: str, scale: float, quality: int | None) -> bytes:
    """The upright picture with fewer pixels, as JPEG when it was one or when a quality is given."""
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    if kind == "JPEG":
        picture.draft(picture.mode, size)
    picture.load()
    if scale < 1:
        smooth = picture.convert("RGBA" if _is_transparent(picture) else "RGB") if picture.mode == "P" else picture
        smooth = smooth.convert("L") if smooth.mode == "1" else smooth
        smaller = smooth.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
        smaller.info, exif = dict(picture.info), picture.getexif()
        smaller.getexif()[_ORIENTATION] = exif.get(_ORIENTATION, 1)
        picture = smaller
    return _encoded(_upright(picture), lossy=kind == "JPEG" or quality is not None, quality=quality or _QUALITY)


def _is_transparent(picture: Image.Image) -> bool:
    return "A" in picture.getbands() or "a" in picture.getbands() or "transparency" in picture.info


def _upright(picture: Image.Image) -> Image.Image:
    """The picture turned as a camera says, on white where it is transparent, in a mode that PDF knows."""
    turned = ImageOps.exif_transpose(picture)
    if _is_transparent(turned):
        return _on_white(turned)
    if turned.mode == "LAB":
        lab, srgb = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
        return _converted(turned, lab, srgb)
    if turned.mode in _PLAIN_MODES:
        return turned
    if turned.mode in {"I", "F"}:
        message = "the picture's pixels are numbers without a scale"
        raise UnusableError("attachment-kind", message, "export it with 8 bits a colour")
    return turned.convert("I;16" if turned.mode.startswith("I;16") else "RGB")


def _converted(picture: Image.Image, profile: Any, target: Any) -> Image.Image:
    converted = ImageCms.profileToProfile(picture, profile, target, outputMode="RGB")
    if converted is None:
        raise ValueError("the colours cannot be converted")
    return converted


def _on_white(picture: Image.Image) -> Image.Image:
    coloured = picture.convert("RGBA")
    paper = Image.new("RGB", picture.size, "white")
    paper.paste(coloured, mask=coloured.getchannel("A"))
    paper.info["icc_profile"] = picture.info.get("icc_profile")
    return paper


def _encoded(picture: Image.Image, lossy: bool, quality: int = _QUALITY) -> bytes:  # noqa: FBT001 - named at its calls
    """Bytes that PDF can wrap, without Exif data."""
    out = io.BytesIO()
    shown = picture
    if lossy and picture.mode not in {"L", "RGB", "CMYK"}:
        shown = picture.convert("RGB")
    profile = _profile(picture, shown.mode)
    if lossy:
        shown.save(out, "JPEG", quality=quality, subsampling=0 if quality >= _QUALITY else 2, icc_profile=profile)
    elif picture.mode == "CMYK":
        picture.save(out, "TIFF", exif=Image.Exif())
    else:
        picture.save(out, "PNG", icc_profile=profile, exif=b"")
    return out.getvalue()


def _profile(picture: Image.Image, mode: str) -> bytes | None:
    """The colour profile that came with the picture, if it is one for pixels of that mode."""
    profile: bytes | None = picture.info.get("icc_profile")
    return profile if profile and profile[16:20] == _SPACES.get(mode, b"GRAY") else None


def _wrapped(data: bytes, pdf: pikepdf.Pdf) -> pikepdf.Object:
    """The picture as an object of ``pdf``."""
    wrapped = img2pdf.convert(
        data, rotation=img2pdf.Rotation.none, nodate=True, producer="", engine=img2pdf.Engine.internal
    )
    with pikepdf.open(io.BytesIO(wrapped)) as made:
        (picture,) = (made.pages[0].obj.Resources.XObject[name] for name in made.pages[0].obj.Resources.XObject.keys())  # noqa: SIM118
        return pdf.copy_foreign(picture)


def _too_many_pixels(limits: Limits) -> UnusableError:
    message = f"the picture has more than {limits.pixels // 1_000_000} million pixels"
    return UnusableError("attachment-pixels", message, "scan it at 300 dpi")
