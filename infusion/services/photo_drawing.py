"""Draws a photograph anew: nothing of the file is kept but the picture.

A file carries more than what is seen on it: where it was taken, by which phone, a smaller
picture of before it was cut. And a few kilobytes may claim a hundred million pixels.
"""

import io
import struct
import zlib

from PIL import Image, ImageOps, UnidentifiedImageError

from infusion.domain.photos import (
    LONGEST_SIDE,
    MOST_PIXELS,
    NotAPhoto,
    PhotoTooWide,
    media_type_of,
)

MEDIA_TYPE = "image/jpeg"
_FORMATS = ("JPEG", "PNG", "WEBP")
_QUALITY = 88
# What Pillow raises at broken files; a parser of hostile bytes has no shorter list.
_BROKEN = (
    UnidentifiedImageError,
    OSError,
    SyntaxError,
    ValueError,
    ArithmeticError,
    LookupError,
    TypeError,
    EOFError,
    MemoryError,
    struct.error,
    zlib.error,
)


def drawn_anew(body: bytes) -> bytes:
    """Return the picture as a JPEG of its own: upright, bounded, without what it carried.

    :raises PhotoTooLarge: when there are too many bytes.
    :raises PhotoTooWide: when it has more pixels than any page shows.
    :raises NotAPhoto: when the bytes are no whole JPEG, PNG or WebP picture.
    """
    media_type_of(body)
    try:
        with Image.open(io.BytesIO(body), formats=_FORMATS) as found:
            _check_pixels(found)
            # A JPEG is read at about the size it is kept in; the others ignore it.
            found.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            found.load()
            return _written(ImageOps.exif_transpose(found))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_wide() from None
    except _BROKEN:
        raise NotAPhoto(field="photo") from None


def _check_pixels(found: Image.Image) -> None:
    """Refuse before anything is unpacked: the size stands in the first bytes."""
    if found.width * found.height > MOST_PIXELS:
        raise _too_wide()


def _too_wide() -> PhotoTooWide:
    return PhotoTooWide(field="photo", most=MOST_PIXELS // 1_000_000)


def _written(found: Image.Image) -> bytes:
    found.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    paper = Image.new("RGB", found.size, "white")
    seen = found.convert("RGBA")
    paper.paste(seen, mask=seen.getchannel("A"))
    file = io.BytesIO()
    paper.save(file, format="JPEG", quality=_QUALITY)
    return file.getvalue()
