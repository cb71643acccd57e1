"""A photograph is drawn anew: what it carries beside the picture is not kept."""

import io
import zlib

import pytest
from PIL import ExifTags, Image
from PIL.PngImagePlugin import PngInfo

from infusion.domain.photos import LONGEST_SIDE, NotAPhoto, PhotoTooWide
from infusion.services.photo_drawing import drawn_anew

PLACE = "somewhere at home"


def file_of(picture, kind="JPEG", **more):
    file = io.BytesIO()
    picture.save(file, format=kind, **more)
    return file.getvalue()


def opened(body):
    found = Image.open(io.BytesIO(body))
    found.load()
    return found


def taken_sideways():
    """Return a JPEG with a position and a phone in it that is to be turned."""
    picture = Image.new("RGB", (40, 20), "white")
    picture.paste("black", (0, 0, 10, 10))
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    exif[ExifTags.Base.Model] = PLACE
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (52.0, 31.0, 12.0)
    return file_of(picture, exif=exif)


def png_with(kind, data):
    """Return a PNG with a chunk of its own before the end."""
    chunk = kind + data
    chunk = len(data).to_bytes(4, "big") + chunk + zlib.crc32(chunk).to_bytes(4, "big")
    body = file_of(Image.new("L", (8, 8)), "PNG")
    return body[:-12] + chunk + body[-12:]


def claiming(width, height):
    """Return a PNG of a few bytes that says it is that large."""
    body = bytearray(file_of(Image.new("L", (1, 1)), "PNG"))
    body[16:24] = width.to_bytes(4, "big") + height.to_bytes(4, "big")
    body[29:33] = zlib.crc32(body[12:29]).to_bytes(4, "big")
    return bytes(body)


def test_position_and_phone_are_gone_and_the_picture_stands_upright():
    sent = taken_sideways()

    body = drawn_anew(sent)

    found = opened(body)
    assert PLACE.encode() in sent
    assert PLACE.encode() not in body
    assert dict(found.getexif()) == {}
    assert (found.format, found.size) == ("JPEG", (20, 40))
    # Turned right: what was on the left above is on the right above.
    assert found.getpixel((17, 2)) < (60, 60, 60)


def test_texts_of_a_png_are_gone_and_what_is_see_through_is_paper():
    info = PngInfo()
    info.add_text("Comment", PLACE)
    sent = file_of(Image.new("RGBA", (8, 8), (0, 0, 0, 0)), "PNG", pnginfo=info)

    found = opened(drawn_anew(sent))

    assert (found.format, found.info.get("Comment")) == ("JPEG", None)
    assert found.getpixel((4, 4)) == (255, 255, 255)


def test_a_large_one_is_kept_smaller():
    sent = file_of(Image.new("L", (3 * LONGEST_SIDE, 30)), "WEBP")

    assert opened(drawn_anew(sent)).size == (LONGEST_SIDE, 10)


@pytest.mark.parametrize("side", [6000, 60_000], ids=["wide", "bomb"])
def test_what_claims_more_pixels_than_anybody_looks_at_is_not_unpacked(side):
    with pytest.raises(PhotoTooWide) as refused:
        drawn_anew(claiming(side, side))

    assert refused.value.params["most"] == 25


@pytest.mark.parametrize(
    "body",
    [
        b"<html>\xff\xd8\xff</html>",
        file_of(Image.new("L", (9, 9)), "GIF"),
        b"\xff\xd8\xff" + b"\0" * 200 + b"\xff\xd9",
        b"\x89PNG\r\n\x1a\n" + b"\0" * 60 + b"IEND",
        file_of(Image.effect_noise((64, 64), 90), "PNG")[:-200] + b"IEND\xaeB`\x82",
        claiming(2000, 2000),
        png_with(b"eXIf", b"MM\0*"),
    ],
    ids=["page", "gif", "jpeg", "png", "cut", "lies", "exif"],
)
def test_what_is_broken_or_no_photograph_is_refused(body):
    with pytest.raises(NotAPhoto):
        drawn_anew(body)


def test_what_a_phone_appends_to_a_jpeg_is_left_behind():
    sent = taken_sideways() + PLACE.encode() * 100

    body = drawn_anew(sent)

    assert opened(body).size == (20, 40)
    assert PLACE.encode() not in body


@pytest.mark.parametrize("is_progressive", [False, True])
@pytest.mark.parametrize("cut", [10, 100, 2000])
def test_a_jpeg_that_was_cut_short_is_refused(is_progressive, cut):
    noise = Image.effect_noise((128, 128), 90)
    sent = file_of(noise, progressive=is_progressive)

    drawn_anew(sent)
    with pytest.raises(NotAPhoto):
        drawn_anew(sent[:-cut])
