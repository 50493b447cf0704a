"""A photo made anew, by a process of its own with little time and memory: bytes in, a plain JPEG out.

It runs as a program (`data.photos` starts it) and knows nothing of the project. On stdin it gets the photo,
as its argument the rectangles to make black, in parts of its width and height.
On stdout it gives a line of JSON with `width` and `height` and then the JPEG, or with status 3 a word that
says why there is none. Whoever breaks a decoder here has no files, no secrets and two seconds.
"""

from __future__ import annotations

import io
import json
import math
import resource
import sys
from collections.abc import Sequence
from typing import Any, Final

CPU_S: Final = 2
MEMORY_BYTES: Final = 512 * 2**20
REFUSED: Final = 3
MOST_PIXELS: Final = 40_000_000
LONGEST_SIDE: Final = 2_560
QUALITY: Final = 85
ORIENTATION: Final = 0x0112


class Refused(Exception):
    """The photo cannot be taken; the message is the word for why."""


def limit() -> None:
    """Bound this process: processor time, memory, no files written and no core left behind."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def open_photo(content: bytes) -> Any:
    """Return the photo as Pillow opens it, not decoded yet, by the plugin of its magic bytes and no other."""
    from PIL import JpegImagePlugin, PngImagePlugin, WebPImagePlugin

    file = io.BytesIO(content)
    if content.startswith(b"\xff\xd8\xff"):
        # Not Image.open: a JPEG that carries more pictures behind it (depth, HDR) is its first picture here.
        return JpegImagePlugin.JpegImageFile(file)
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return PngImagePlugin.PngImageFile(file)
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return WebPImagePlugin.WebPImageFile(file)
    raise Refused("vorm")


def check(photo: Any) -> None:
    """Refuse by what the head of the file says, before anything is decoded."""
    width, height = photo.size
    if width < 1 or height < 1:
        raise Refused("kapot")
    if width * height > MOST_PIXELS:
        raise Refused("pixels")
    if getattr(photo, "n_frames", 1) > 1:
        raise Refused("beweegt")


def orientation(photo: Any) -> int:
    """Return how the camera was held, 1 to 8; 1 when the photo does not say so, or says nonsense."""
    try:
        value = photo.getexif().get(ORIENTATION, 1)
    except Exception:  # whatever is wrong with a note about the photo, the photo is not
        return 1
    return value if value in range(1, 9) else 1


def resampled(photo: Any) -> Any:
    """Return the photo with its longest side within bounds, in a mode that can be averaged."""
    if photo.mode.startswith("I"):
        # 16 bits for each pixel: keep the upper 8.
        photo = photo.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    elif "transparency" in photo.info or photo.mode == "PA":
        photo = photo.convert("RGBA")
    elif photo.mode in {"1", "P"}:
        photo = photo.convert("RGB")
    photo.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    return photo


def coloured(photo: Any, profile: bytes | None) -> Any:
    """Return the photo in sRGB; a colour profile that is broken or of another mode is left out."""
    from PIL import ImageCms

    if profile and photo.mode in {"RGB", "CMYK"}:
        try:
            found = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            return ImageCms.profileToProfile(photo, found, ImageCms.createProfile("sRGB"), outputMode="RGB")
        except (ImageCms.PyCMSError, OSError, ValueError):
            return photo.convert("RGB")
    return photo


def flat(photo: Any) -> Any:
    """Return a new RGB picture that holds the pixels and nothing else, on white where one looked through."""
    from PIL import Image

    plain = Image.new("RGB", photo.size, "white")
    if photo.mode in {"RGBA", "LA", "La", "RGBa"}:
        seen = photo.convert("RGBA")
        plain.paste(seen, mask=seen.getchannel("A"))
    else:
        plain.paste(photo.convert("RGB"))
    return plain


def upright(photo: Any, held: int) -> Any:
    """Return the picture turned the way the camera was held."""
    from PIL import Image

    turn = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_270,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_90,
    }.get(held)
    return photo if turn is None else photo.transpose(turn)


def blacken(picture: Any, boxes: Sequence[Sequence[float]]) -> None:
    """Make rectangles of a picture black, each a pixel too wide rather than too narrow."""
    width, height = picture.size
    for left, upper, right, lower in boxes:
        corner = math.floor(left * width), math.floor(upper * height)
        picture.paste((0, 0, 0), (*corner, math.ceil(right * width), math.ceil(lower * height)))


def remake(content: bytes, black: Sequence[Sequence[float]] = ()) -> tuple[bytes, int, int]:
    """Return the photo as a plain JPEG with its width and height; Refused when it cannot be taken.

    `black` are the rectangles to make black, in parts of the width and height of what comes out.
    """
    photo = open_photo(content)
    check(photo)
    held, profile = orientation(photo), photo.info.get("icc_profile")
    picture = upright(flat(coloured(resampled(photo), profile)), held)
    blacken(picture, black)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=QUALITY)
    return out.getvalue(), *picture.size


def main() -> int:
    """Answer one photo."""
    content, black = sys.stdin.buffer.read(), json.loads(sys.argv[1])
    limit()
    try:
        made, width, height = remake(content, black)
    except Refused as refused:
        sys.stdout.write(str(refused))
        return REFUSED
    except MemoryError:
        sys.stdout.write("zwaar")
        return REFUSED
    except Exception:  # a decoder has many ways to say that a file is broken
        sys.stdout.write("kapot")
        return REFUSED
    sys.stdout.buffer.write(json.dumps({"width": width, "height": height}).encode() + b"\n" + made)
    return 0


if __name__ == "__main__":
    sys.exit(main())
