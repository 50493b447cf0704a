"""Photo files made by hand: good ones, ones with words planted in them, and ones that should be refused."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

from PIL import Image, ImageCms, PngImagePlugin

# Planted wherever a file can keep words; none may come back.
CANARY = "KANARIE-7f3a-Jansen-Dorpsstraat-12"
PLANTED = CANARY.encode()
# 52 degrees 5 minutes 12.34 seconds, as a camera writes where it stood.
LATITUDE = (52.0, 5.0, 12.34)
RED, GREEN, BLUE, WHITE = (200, 30, 30), (30, 160, 30), (30, 30, 200), (255, 255, 255)
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def quarters(width: int = 96, height: int = 64) -> Image.Image:
    """A picture that shows how it is held: red and green above, blue and white below."""
    picture = Image.new("RGB", (width, height), WHITE)
    picture.paste(RED, (0, 0, width // 2, height // 2))
    picture.paste(GREEN, (width // 2, 0, width, height // 2))
    picture.paste(BLUE, (0, height // 2, width // 2, height))
    return picture


def saved(picture: Image.Image, form: str, **options: Any) -> bytes:
    file = io.BytesIO()
    picture.save(file, form, **options)
    return file.getvalue()


def corners(jpeg: bytes) -> list[str]:
    """The colours in the four corners, clockwise from the upper left, by name."""
    with Image.open(io.BytesIO(jpeg)) as found:
        picture = found.convert("RGB")
    right, below = picture.width - 4, picture.height - 4
    names = {"rood": RED, "groen": GREEN, "blauw": BLUE, "wit": WHITE}
    seen = [picture.getpixel(spot) for spot in ((3, 3), (right, 3), (right, below), (3, below))]
    return [min(names, key=lambda name: _apart(names[name], pixel)) for pixel in seen]


def _apart(one: Any, other: Any) -> int:
    return sum(abs(int(a) - int(b)) for a, b in zip(one, other, strict=True))


def exif(*, orientation: int = 1) -> bytes:
    """Notes of a camera: where it stood, its owner and number, words of the maker, and how it was held."""
    notes = Image.Exif()
    notes[0x0112] = orientation
    notes[0x010E] = notes[0x013B] = notes[0x8298] = CANARY
    notes.get_ifd(0x8825).update({1: "N", 2: LATITUDE, 3: "E", 4: (4.0, 20.0, 0.0), 29: CANARY})
    notes.get_ifd(0x8769).update({0xA430: CANARY, 0xA431: CANARY, 0x927C: PLANTED, 0x9286: PLANTED})
    return notes.tobytes()


def segment(mark: int, content: bytes) -> bytes:
    """A part of a JPEG: its mark, its length and what it holds."""
    return bytes((0xFF, mark)) + struct.pack(">H", len(content) + 2) + content


def planted_jpeg(orientation: int = 1) -> bytes:
    """A JPEG with words in EXIF and its thumbnail, XMP, IPTC, a profile, a remark, and behind its end."""
    plain = saved(quarters(), "JPEG", exif=exif(orientation=orientation), quality=95)
    thumbnail = saved(quarters(16, 12), "JPEG", comment=PLANTED)
    parts = [
        segment(0xE0, b"JFXX\x00\x10" + thumbnail),
        segment(0xE1, b"http://ns.adobe.com/xap/1.0/\x00<x:xmpmeta>" + PLANTED + b"</x:xmpmeta>"),
        segment(0xED, b"Photoshop 3.0\x008BIM\x04\x04\x00\x00" + struct.pack(">I", len(PLANTED)) + PLANTED),
        segment(0xE2, b"ICC_PROFILE\x00\x01\x01" + PLANTED * 8),
        segment(0xFE, PLANTED),
        segment(0xEF, PLANTED),
    ]
    return plain[:2] + b"".join(parts) + plain[2:] + b"MotionPhoto_Data" + PLANTED + quarters_mp4()


def quarters_mp4() -> bytes:
    """The head of a film, as a phone puts one behind a photo."""
    return b"\x00\x00\x00\x18ftypmp42" + PLANTED


def chunk(name: bytes, content: bytes) -> bytes:
    """A part of a PNG, with its checksum."""
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def planted_png() -> bytes:
    """A PNG with words in every kind of text, in EXIF, in a part of its own kind and behind its end."""
    text = PngImagePlugin.PngInfo()
    text.add_text("Author", CANARY)
    text.add_text("Comment", CANARY, zip=True)
    text.add_itxt("XML:com.adobe.xmp", CANARY)
    plain = saved(quarters(), "PNG", pnginfo=text, exif=exif())
    return plain[:33] + chunk(b"prVt", PLANTED) + plain[33:] + PLANTED


def planted_webp() -> bytes:
    """A WebP with words in EXIF, XMP and its colour profile, and behind its end."""
    parts = {"exif": exif(), "xmp": PLANTED, "icc_profile": PLANTED * 8}
    return saved(quarters(), "WEBP", quality=95, **parts) + PLANTED


def bomb(width: int, height: int) -> bytes:
    """A PNG that is small and says it is large: rows of zeros, as many as fit in 100 KB."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(bytes(50_000_000), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def text_bomb() -> bytes:
    """A PNG whose remark unpacks to 200 MB."""
    plain = saved(quarters(), "PNG")
    return plain[:33] + chunk(b"zTXt", b"a\x00\x00" + zlib.compress(bytes(200_000_000), 9)) + plain[33:]


def moving(form: str, frames: int = 3) -> bytes:
    """A picture that moves."""
    first, *rest = [Image.new("RGB", (8, 8), (n * 40 % 256, 99, n % 200)) for n in range(frames)]
    return saved(first, form, save_all=True, append_images=rest)


def swapped_profile() -> bytes:
    """A colour profile in which red is called blue and blue red."""
    plain = bytes(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    end = 132 + 12 * int.from_bytes(plain[128:132], "big")
    table = plain[132:end].replace(b"rXYZ", b"????").replace(b"bXYZ", b"rXYZ").replace(b"????", b"bXYZ")
    return plain[:132] + table + plain[end:]


def with_more_behind() -> bytes:
    """A JPEG of two pictures, as phones make with depth or light behind the first."""
    return saved(quarters(), "MPO", save_all=True, append_images=[Image.new("RGB", (96, 64), "black")])


def damaged(content: bytes, at: int) -> bytes:
    """The same file with one byte wrong."""
    return content[:at] + bytes((content[at] ^ 0xFF,)) + content[at + 1 :]
