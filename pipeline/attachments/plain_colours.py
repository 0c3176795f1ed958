"""Converts pictures of Pillow to colours that PDF can show: upright, on white, greys or colours without Lab."""

from __future__ import annotations

from PIL import Image, ImageCms, ImageOps

from pipeline.attachments.unusable import unusable

#: The Exif tag for orientation.
ORIENTATION = 0x0112
#: Its values for a picture that is stored with width and height exchanged.
SIDEWAYS = frozenset({5, 6, 7, 8})
#: Modes of Pillow that PDF can show directly.
_PLAIN_MODES = frozenset({"1", "L", "P", "RGB", "CMYK", "I;16"})


def is_transparent(picture: Image.Image) -> bool:
    """Return True if the picture has transparent parts."""
    return "A" in picture.getbands() or "a" in picture.getbands() or "transparency" in picture.info


def make_scalable(picture: Image.Image) -> Image.Image:
    """Return the picture in a mode in which the mean of two pixels is the colour between them."""
    if picture.mode in {"P", "PA"}:
        return picture.convert("RGBA" if is_transparent(picture) else "RGB")
    return picture.convert("L") if picture.mode == "1" else _known(picture)


def make_upright(picture: Image.Image) -> Image.Image:
    """Return the picture turned as its Exif data says, on white if it is transparent, in a mode that PDF knows."""
    turned = ImageOps.exif_transpose(picture)
    if is_transparent(turned):
        return _on_white(turned)
    turned = _known(turned)
    return turned if turned.mode in _PLAIN_MODES else turned.convert("RGB")


def _known(picture: Image.Image) -> Image.Image:
    """Return the picture without modes in which Pillow cannot calculate."""
    if picture.mode in {"I", "F"}:
        raise unusable("attachment-kind/scale")
    if picture.mode == "LAB":
        return _from_lab(picture)
    if picture.mode.startswith("I;16"):  # Pillow cuts off numbers above 255 when it converts one such mode to another
        return picture.convert("I").convert("I;16")
    return picture


def _from_lab(picture: Image.Image) -> Image.Image:
    lab, srgb = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
    converted = ImageCms.profileToProfile(picture, lab, srgb, outputMode="RGB")
    if converted is None:
        raise ValueError("the colours cannot be converted")
    return converted


def _on_white(picture: Image.Image) -> Image.Image:
    coloured = picture.convert("RGBA")
    paper = Image.new("RGB", picture.size, "white")
    paper.paste(coloured, mask=coloured.getchannel("A"))
    paper.info["icc_profile"] = picture.info.get("icc_profile")
    return paper
