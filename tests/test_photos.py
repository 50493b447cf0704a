"""Photos made anew: what is taken, what is refused, and that nothing but the pixels comes through.

A case names its row of the list of bad inputs (`rij 41: ...` or `test_41_...`).
"""

from __future__ import annotations

import io
import subprocess
import sys
import time
from collections.abc import Callable
from hashlib import sha256

import photo_files as files
import pytest
from PIL import Image

from data import photo_worker
from data.photos import LARGEST_BYTES, WORKER, Encoded, PhotoRefused, is_plain, re_encode

UPRIGHT = ["rood", "groen", "wit", "blauw"]
# How a picture lies in the file when the camera says 1 to 8 (EXIF 2.32, tag 0112).
LYING = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def plain(form: str = "JPEG", **options: object) -> bytes:
    return files.saved(files.quarters(), form, **options)


def marks(jpeg: bytes) -> list[int]:
    """The marks of a JPEG up to its pixels, read apart from our own check."""
    found, at = [], 2
    while jpeg[at + 1] != 0xDA:
        found.append(jpeg[at + 1])
        at += 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")
    return found


TAKEN: dict[str, Callable[[], bytes]] = {
    "JPEG": lambda: plain(quality=95),
    "JPEG in stappen": lambda: plain(quality=95, progressive=True),
    "PNG": lambda: plain("PNG"),
    "WebP": lambda: plain("WEBP", quality=95),
    "rij 44: CMYK": lambda: files.saved(files.quarters().convert("CMYK"), "JPEG", quality=95),
    "rij 44: PNG met palet": lambda: files.saved(files.quarters().quantize(16), "PNG"),
    "rij 44: gebroken kleurprofiel": lambda: plain(quality=95, icc_profile=b"geen profiel" * 20),
    "rij 44: gebroken EXIF": lambda: plain(quality=95, exif=b"Exif\x00\x00MM\x00*\xff\xff\xff\xff" * 3),
    "rij 41: JPEG met HTML": lambda: plain(comment=b"<script>alert(1)</script>") + b"<html>",
    "rij 41: JPEG met PHP": lambda: plain(comment=b"<?php system($_GET['c']); ?>"),
    "rij 41: JPEG die ook zip is": lambda: plain() + b"PK\x03\x04" + bytes(26) + b"META-INF/MANIFEST.MF",
    "rij 43: JPEG met een tweede beeld": files.with_more_behind,
}


@pytest.mark.parametrize("make", TAKEN.values(), ids=TAKEN.keys())
def test_a_photo_is_taken_as_a_jpeg_that_shows_the_same(make: Callable[[], bytes]) -> None:
    encoded = re_encode(make())
    with Image.open(io.BytesIO(encoded.content)) as found:
        assert (found.format, found.mode, found.size) == ("JPEG", "RGB", (96, 64))
    assert (encoded.width, encoded.height) == (96, 64)
    assert files.corners(encoded.content) == UPRIGHT
    assert encoded.digest == sha256(encoded.content).hexdigest()


@pytest.mark.parametrize("make", TAKEN.values(), ids=TAKEN.keys())
def test_a_photo_made_anew_holds_the_marks_a_picture_needs_and_no_other(make: Callable[[], bytes]) -> None:
    content = re_encode(make()).content
    assert set(marks(content)) == {0xE0, 0xDB, 0xC0, 0xC4}
    assert content.endswith(b"\xff\xd9")
    for word in (b"<script", b"<?php", b"<html", b"PK\x03\x04", b"MANIFEST"):
        assert word not in content


REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "rij 44: 0 bytes": (lambda: b"", "leeg"),
    "rij 44: halve JPEG": (lambda: plain()[:500], "niet lezen"),
    "rij 44: JPEG zonder einde": (lambda: plain()[:-40], "niet lezen"),
    "rij 44: alleen de eerste bytes": (lambda: b"\xff\xd8\xff", "niet lezen"),
    "rij 44: halve PNG": (lambda: plain("PNG")[:-60], "niet lezen"),
    "rij 44: PNG met een fout in een som": (lambda: files.damaged(plain("PNG"), 30), "niet lezen"),
    "rij 44: halve WebP": (lambda: plain("WEBP")[:-40], "niet lezen"),
    "rij 44: CMYK van 16 bits (TIFF)": (lambda: b"II*\x00" + bytes(200), "JPEG, PNG of WebP"),
    "rij 41: HTML": (lambda: b"<html><script>alert(1)</script>", "JPEG, PNG of WebP"),
    "rij 41: SVG": (lambda: b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>", "JPEG, PNG of WebP"),
    "rij 41: HTML met de eerste bytes van een JPEG": (lambda: b"\xff\xd8\xff<html>", "niet lezen"),
    "rij 41: GIF die ook Java is": (lambda: plain("GIF") + b"PK\x03\x04", "JPEG, PNG of WebP"),
    "rij 41: BMP": (lambda: plain("BMP"), "JPEG, PNG of WebP"),
    "rij 41: PDF": (lambda: b"%PDF-1.7" + plain(), "JPEG, PNG of WebP"),
    "rij 43: bom van 50.000 bij 50.000": (lambda: files.bomb(50_000, 50_000), "40 miljoen"),
    "rij 43: net te veel beeldpunten": (lambda: files.bomb(8_001, 5_000), "40 miljoen"),
    "rij 43: zegt groter te zijn dan hij is": (lambda: files.bomb(6_000, 6_000), "niet lezen"),
    "rij 43: geen beeldpunten": (lambda: files.bomb(0, 5), "niet lezen"),
    "rij 43: tekst van 200 MB": (files.text_bomb, "niet lezen"),
    "rij 43: APNG": (lambda: files.moving("PNG"), "bewegend"),
    "rij 43: bewegende GIF": (lambda: files.moving("GIF"), "JPEG, PNG of WebP"),
    "rij 43: bewegende WebP": (lambda: files.moving("WEBP"), "bewegend"),
    "rij 43: te groot bestand": (lambda: plain() + bytes(LARGEST_BYTES), "20 MB"),
    "rij 48: EICAR alleen": (lambda: files.EICAR, "JPEG, PNG of WebP"),
    "rij 48: EICAR als JPEG": (lambda: b"\xff\xd8\xff" + files.EICAR, "niet lezen"),
}


@pytest.mark.parametrize(("make", "words"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_no_photo_is_refused_in_plain_words(make: Callable[[], bytes], words: str) -> None:
    with pytest.raises(PhotoRefused, match=words):
        re_encode(make())


def test_43_a_bomb_is_refused_before_it_is_decoded() -> None:
    content = files.bomb(50_000, 50_000)
    assert len(content) < 100_000
    photo = photo_worker.open_photo(content)
    with pytest.raises(photo_worker.Refused, match="pixels"):
        photo_worker.check(photo)


def test_43_many_frames_are_refused_at_the_first() -> None:
    start = time.monotonic()
    with pytest.raises(PhotoRefused, match="bewegend"):
        re_encode(files.moving("PNG", 2_000))
    assert time.monotonic() - start < 5


PLANTED: dict[str, Callable[[], bytes]] = {
    "rij 45: JPEG": files.planted_jpeg,
    "rij 45: PNG": files.planted_png,
    "rij 45: WebP": files.planted_webp,
    "rij 48: EICAR": lambda: plain(comment=files.EICAR) + files.EICAR,
}
WORDS = (
    files.PLANTED, files.CANARY.encode("utf-16-le"), files.CANARY.encode("utf-16-be"), b"Exif", b"http:",
    b"Photoshop", b"ICC_PROFILE", b"MotionPhoto", b"ftyp", b"EICAR",
)  # fmt: skip


@pytest.mark.parametrize("make", PLANTED.values(), ids=PLANTED.keys())
def test_nothing_that_was_planted_comes_through(make: Callable[[], bytes]) -> None:
    sent = make()
    made = re_encode(sent).content
    assert [word for word in WORDS if word in sent]
    assert [word for word in WORDS if word in made] == []
    assert files.corners(made) == UPRIGHT


def test_45_where_a_camera_stood_is_in_what_is_sent_and_not_in_what_is_kept() -> None:
    with Image.open(io.BytesIO(files.planted_jpeg())) as sent:
        assert sent.getexif().get_ifd(0x8825)[2] == pytest.approx(files.LATITUDE)
    with Image.open(io.BytesIO(re_encode(files.planted_jpeg()).content)) as made:
        assert dict(made.getexif()) == {}
        assert set(made.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("held", range(1, 9))
def test_45_a_photo_is_turned_upright_before_its_notes_go(held: int, form: str) -> None:
    turn = LYING[held]
    lying = files.quarters() if turn is None else files.quarters().transpose(turn)
    encoded = re_encode(files.saved(lying, form, exif=files.exif(orientation=held), quality=95))
    assert files.corners(encoded.content) == UPRIGHT
    assert (encoded.width, encoded.height) == (96, 64)


@pytest.mark.parametrize("held", [0, 9, 65_535])
def test_45_a_way_of_holding_that_does_not_exist_turns_nothing(held: int) -> None:
    sent = files.saved(files.quarters(), "JPEG", exif=files.exif(orientation=held), quality=95)
    assert files.corners(re_encode(sent).content) == UPRIGHT


def test_the_longest_side_is_bounded_and_the_shape_kept() -> None:
    encoded = re_encode(files.saved(files.quarters(6_000, 3_000), "JPEG"))
    assert (encoded.width, encoded.height) == (2_560, 1_280)
    assert files.corners(encoded.content) == UPRIGHT


@pytest.mark.parametrize("size", [(1, 1), (1, 5_000), (5_000, 1)])
def test_the_smallest_photos_are_taken(size: tuple[int, int]) -> None:
    encoded = re_encode(files.saved(Image.new("RGB", size, files.RED), "PNG"))
    assert (encoded.width, encoded.height) == tuple(min(side, 2_560) for side in size)


@pytest.mark.parametrize(
    ("picture", "grey"),
    [
        pytest.param(Image.new("I;16", (9, 9), 30_000), 30_000 >> 8, id="16 bits"),
        pytest.param(Image.new("1", (9, 9), 1), 255, id="zwart-wit"),
        pytest.param(Image.new("LA", (9, 9), (0, 0)), 255, id="doorzichtig grijs"),
        pytest.param(Image.new("RGBA", (9, 9), (0, 0, 0, 127)), 128, id="half doorzichtig"),
    ],
)
def test_44_other_kinds_of_pixels_become_the_colour_that_one_sees(picture: Image.Image, grey: int) -> None:
    with Image.open(io.BytesIO(re_encode(files.saved(picture, "PNG")).content)) as made:
        assert made.getpixel((4, 4)) == pytest.approx((grey, grey, grey), abs=2)


def test_a_colour_profile_is_followed_before_it_goes() -> None:
    sent = files.saved(Image.new("RGB", (9, 9), (255, 0, 0)), "JPEG", icc_profile=files.swapped_profile())
    with Image.open(io.BytesIO(re_encode(sent).content)) as made:
        red, _, blue = made.getpixel((4, 4))  # type: ignore[misc]
    assert (red < 40, blue > 200) == (True, True)


def test_the_same_photo_twice_has_the_same_name_and_another_has_another() -> None:
    first, again = re_encode(plain()), re_encode(plain())
    other = re_encode(plain(quality=20))
    assert first == again
    assert first.digest != other.digest
    assert first.sent == sha256(plain()).hexdigest()


LIMITED = "import sys; sys.path.insert(0, sys.argv[1]); import photo_worker; photo_worker.limit(); "


@pytest.mark.parametrize(
    ("work", "ended"),
    [
        pytest.param("bytearray(600 * 2**20)", 1, id="rij 44: meer dan 512 MiB"),
        pytest.param("[None for _ in iter(int, 1)]", -9, id="rij 44: meer dan 2 s"),
        pytest.param("open('/tmp/wijkbeeld-proef', 'wb', 0).write(b'x')", 1, id="rij 44: een bestand"),
        pytest.param("print('klaar')", 0, id="rij 44: wel genoeg"),
    ],
)
def test_the_limits_of_the_process_hold(work: str, ended: int) -> None:
    endless = work.replace("[None for _ in iter(int, 1)]", "exec('while True: pass')")
    run = subprocess.run(
        [sys.executable, "-I", "-c", LIMITED + endless, str(WORKER.parent)],
        capture_output=True,
        timeout=30,
        check=False,
    )
    assert run.returncode == ended


def test_the_process_of_a_photo_has_no_environment_and_imports_nothing_of_ours() -> None:
    names = "sorted(name for name in sys.modules if name.split('.')[0] in {'geo', 'data', 'maps', 'service'})"
    run = subprocess.run(
        [
            sys.executable,
            "-I",
            "-c",
            f"import runpy, sys; runpy.run_path(sys.argv[1]); print({names})",
            WORKER,
        ],
        capture_output=True,
        text=True,
        env={},
        check=True,
    )
    assert run.stdout.strip() == "[]"


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda jpeg: jpeg + b"x", id="iets erachter"),
        pytest.param(lambda jpeg: jpeg[:20] + files.segment(0xFE, b"x") + jpeg[20:], id="een opmerking"),
        pytest.param(lambda jpeg: jpeg[:20] + files.segment(0xE1, b"x") + jpeg[20:], id="EXIF"),
        pytest.param(lambda jpeg: jpeg[:20] + files.segment(0xE0, b"x") + jpeg[20:], id="nog een kop"),
        pytest.param(lambda jpeg: jpeg[:-2], id="geen einde"),
        pytest.param(lambda jpeg: jpeg + jpeg, id="nog een foto"),
        pytest.param(lambda _: plain("PNG"), id="geen JPEG"),
        pytest.param(lambda _: b"", id="niets"),
    ],
)
def test_an_answer_that_holds_more_than_a_picture_is_not_plain(spoil: Callable[[bytes], bytes]) -> None:
    good = re_encode(plain()).content
    assert is_plain(good)
    assert not is_plain(spoil(good))


def test_what_is_kept_says_nothing_of_the_one_who_sent_it() -> None:
    assert set(Encoded.__slots__) == {"content", "digest", "width", "height", "sent"}
