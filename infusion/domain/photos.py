"""What a photograph must be before it is kept: read from its bytes, never from its name."""

from infusion.domain.refusals import Refusal

# Enough for a page written by hand; it keeps the database small. Not clinical.
LARGEST_BYTES = 5 * 1024 * 1024
MOST_PHOTOS = 5
# More than a phone needs for a sheet of paper; unpacked they take 75 MB. Not clinical.
MOST_PIXELS = 25_000_000
# Kept at this many pixels along the longer side: a written line stays readable.
LONGEST_SIDE = 2000


class PhotoTooLarge(Refusal):
    """The photograph is larger than what is kept."""

    code = "photo_too_large"


class PhotoTooWide(Refusal):
    """The photograph claims more pixels than anybody looks at."""

    code = "photo_too_wide"


class NotAPhoto(Refusal):
    """The bytes are no photograph that a browser shows."""

    code = "not_a_photo"


class PhotoNotAsked(Refusal):
    """The question is not one that a photograph answers."""

    code = "photo_not_asked"


class TooManyPhotos(Refusal):
    """There are enough photographs with these answers."""

    code = "too_many_photos"


def media_type_of(body: bytes) -> str:
    """Return what kind of picture the bytes are.

    :raises PhotoTooLarge: when there are too many.
    :raises NotAPhoto: when they are no JPEG, PNG or WebP picture. Of a JPEG only drawing it
        tells whether it is whole: phones append data of their own to the picture.
    """
    if len(body) > LARGEST_BYTES:
        raise PhotoTooLarge(field="photo", most=LARGEST_BYTES // (1024 * 1024))
    if body.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if body.startswith(b"\x89PNG\r\n\x1a\n") and b"IEND" in body[-64:]:
        return "image/png"
    if body[:4] == b"RIFF" and body[8:12] == b"WEBP" and _is_whole_riff(body):
        return "image/webp"
    raise NotAPhoto(field="photo")


def _is_whole_riff(body: bytes) -> bool:
    return int.from_bytes(body[4:8], "little") + 8 <= len(body) + 1
