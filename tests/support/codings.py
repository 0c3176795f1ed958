"""One picture in every coding that is accepted."""

from __future__ import annotations

import struct
import zlib

from PIL import Image, ImageCms

from tests.support.attachments import encoded, quadrants


def lab(picture: Image.Image) -> Image.Image:
    found = ImageCms.profileToProfile(
        picture, ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), outputMode="LAB"
    )
    assert found is not None
    return found


def with_transparent_white(picture: Image.Image, mode: str) -> Image.Image:
    """The picture with nothing where it was white."""
    clear = picture.convert("L").point([0 if value > 250 else 255 for value in range(256)])
    found = picture.convert("RGBA")
    found.putalpha(clear)
    return found.quantize(8) if mode == "P" else found


def deep(picture: Image.Image) -> Image.Image:
    """The greys of a picture with 16 bits each."""
    greys = picture.convert("L").tobytes()
    return Image.frombytes("I;16", picture.size, bytes(value for grey in greys for value in (grey, grey)))


def big_endian(picture: Image.Image) -> bytes:
    """A TIFF of 16 bits a dot, the more significant byte first: Pillow writes it the other way round."""
    greys = picture.convert("L").tobytes()
    width, height = picture.size
    shape = ((256, 4, width), (257, 4, height), (258, 3, 16 << 16), (259, 3, 1 << 16), (262, 3, 1 << 16))
    fields = (*shape, (273, 4, 8), (277, 3, 1 << 16), (278, 4, height), (279, 4, 2 * len(greys)))
    rows = b"".join(bytes((grey, 0x12)) for grey in greys)
    entries = b"".join(struct.pack(">HHII", tag, kind, 1, value) for tag, kind, value in fields)
    return b"MM\0*" + (8 + len(rows)).to_bytes(4) + rows + len(fields).to_bytes(2) + entries + bytes(4)


def without_adobe(picture: Image.Image) -> bytes:
    """A JPEG in CMYK that does not say that its numbers are inverted."""
    content = encoded(picture.convert("CMYK"), "JPEG", quality=95)
    start = content.index(b"\xff\xee")
    return content[:start] + content[start + 16 :]


def interlaced(picture: Image.Image) -> bytes:
    """A PNG whose rows come in seven passes (Adam7): Pillow cannot write it."""
    passes = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
    pixels, row = picture.tobytes(), 3 * picture.width
    rows = b"".join(
        b"\0" + b"".join(pixels[y * row + 3 * x : y * row + 3 * x + 3] for x in range(left, picture.width, wide))
        for left, top, wide, high in passes
        for y in range(top, picture.height, high)
        if left < picture.width
    )
    header = picture.width.to_bytes(4) + picture.height.to_bytes(4) + bytes([8, 2, 0, 0, 1])
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        len(body).to_bytes(4) + kind + body + zlib.crc32(kind + body).to_bytes(4)
        for kind, body in ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    )


CODINGS = {
    "JPEG": (encoded(quadrants(), "JPEG", quality=95), "JPEG"),
    "JPEG progressive": (encoded(quadrants(), "JPEG", quality=95, progressive=True), "JPEG"),
    "JPEG CMYK": (encoded(quadrants(mode="CMYK"), "JPEG", quality=95), "JPEG"),
    "JPEG CMYK without Adobe": (without_adobe(quadrants()), "JPEG"),
    "PNG": (encoded(quadrants(), "PNG"), "PNG"),
    "PNG palette": (encoded(quadrants().quantize(8), "PNG"), "PNG"),
    "PNG interlaced": (interlaced(quadrants()), "PNG"),
    "PNG alpha": (encoded(with_transparent_white(quadrants(), "RGBA"), "PNG"), "PNG"),
    "PNG palette alpha": (encoded(with_transparent_white(quadrants(), "P"), "PNG"), "PNG"),
    "TIFF": (encoded(quadrants(), "TIFF"), "TIFF"),
    "TIFF LZW": (encoded(quadrants(), "TIFF", compression="tiff_lzw"), "TIFF"),
    "TIFF Deflate": (encoded(quadrants(), "TIFF", compression="tiff_adobe_deflate"), "TIFF"),
    "TIFF JPEG": (encoded(quadrants(), "TIFF", compression="jpeg"), "TIFF"),
    "TIFF CMYK": (encoded(quadrants(mode="CMYK"), "TIFF"), "TIFF"),
    "TIFF LAB": (encoded(lab(quadrants()), "TIFF"), "TIFF"),
    "WebP": (encoded(quadrants(), "WEBP", quality=95), "WebP"),
    "WebP lossless": (encoded(quadrants(), "WEBP", lossless=True), "WebP"),
    "WebP alpha": (encoded(with_transparent_white(quadrants(), "RGBA"), "WEBP", lossless=True), "WebP"),
}

#: Without colours.
GREYS = {
    "1-bit PNG": (encoded(quadrants().convert("1"), "PNG"), "PNG"),
    "1-bit TIFF": (encoded(quadrants().convert("1"), "TIFF"), "TIFF"),
    "16-bit PNG": (encoded(deep(quadrants()), "PNG"), "PNG"),
    "16-bit TIFF": (encoded(deep(quadrants()), "TIFF"), "TIFF"),
    "16-bit TIFF, big-endian": (big_endian(quadrants()), "TIFF"),
    "grey JPEG": (encoded(quadrants().convert("L"), "JPEG"), "JPEG"),
}


def turned(kind: str, orientation: int) -> bytes:
    """The picture as a camera stores it that was held so, with the orientation that makes it upright again."""
    turns = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # what the camera did: the inverse of what undoes it
    stored = quadrants().transpose(Image.Transpose(turns[orientation])) if orientation > 1 else quadrants()
    exif = Image.Exif()
    exif[274] = orientation
    return encoded(stored, kind.upper(), exif=exif)
