"""Photos: what a resident sends becomes a plain JPEG of ours, without a byte of what stood around the pixels.

Every way in passes `re_encode`. The decoding is done by `data.photo_worker`, a process with little time and
memory, since a photo is the one thing a stranger sends us that a large C library reads.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from data import photo_worker
from geo.errors import WijkbeeldError

LARGEST_BYTES: Final = 20 * 10**6
MOST_PHOTOS: Final = 3
WAIT_S: Final = 20
DECODE_S: Final = 10
WORKER: Final = Path(photo_worker.__file__)
# One photo at a time: small answers keep the other processor.
TURN: Final = threading.BoundedSemaphore(1)
# The marks that a JPEG needs to be drawn; every other one is a place to keep words in.
NEEDED: Final = frozenset({0xC0, 0xC4, 0xDA, 0xDB, 0xE0})
# Left, upper, right and lower edge of a rectangle, in parts of the width and height.
Box = tuple[float, float, float, float]
JFIF: Final = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00"
WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "veel": "U kunt hoogstens 3 foto's meesturen.",
        "leeg": "Deze foto is leeg.",
        "groot": "Deze foto is te groot. Een foto mag 20 MB zijn.",
        "vorm": "Wij kunnen dit bestand niet lezen. Stuur een foto als JPEG, PNG of WebP.",
        "pixels": "Deze foto is te groot. Een foto mag 40 miljoen beeldpunten hebben.",
        "beweegt": "Dit is een bewegend beeld. Stuur een gewone foto.",
        "zwaar": "Deze foto kost ons te veel werk. Stuur een kleinere foto.",
        "kapot": "Wij kunnen deze foto niet lezen. Maak de foto opnieuw, of stuur een andere.",
    }
)


class PhotoRefused(WijkbeeldError):
    """A file that is no photo we can take; `why` is the word for the reason, the message says it in full."""

    def __init__(self, why: str) -> None:
        self.why = why if why in WORDS else "kapot"
        super().__init__(WORDS[self.why])


class PhotosBusy(WijkbeeldError):
    """Too many photos wait for their turn."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """A photo made anew: a JPEG with nothing but pixels, and its SHA-256 in hex.

    `sent` is the SHA-256 of what came in, so that a retry is known when our own encoder has changed since.
    """

    content: bytes
    digest: str
    width: int
    height: int
    sent: str


def re_encode(content: bytes, *, black: Sequence[Box] = ()) -> Encoded:
    """Return a photo as an upright JPEG in RGB without metadata, its longest side at most 2,560 pixels.

    Nothing of what was under the rectangles of `black` is in it.
    PhotoRefused for what is no JPEG, PNG or WebP of one picture, at most 20 MB and 40 million pixels, or
    takes more than 2 s of processor time or 512 MiB to read. PhotosBusy when its turn does not come.
    """
    if not content:
        raise PhotoRefused("leeg")
    if len(content) > LARGEST_BYTES:
        raise PhotoRefused("groot")
    if not _is_known(content):
        raise PhotoRefused("vorm")
    size, made = _answer(_run(content, black))
    if not is_plain(made):
        raise PhotoRefused("kapot")
    return Encoded(
        made,
        hashlib.sha256(made).hexdigest(),
        int(size["width"]),
        int(size["height"]),
        hashlib.sha256(content).hexdigest(),
    )


def is_plain(jpeg: bytes) -> bool:
    """Return whether a JPEG holds its picture and nothing else: no notes, nothing behind it."""
    if not jpeg.startswith(JFIF):
        return False
    at = 2
    while at + 4 <= len(jpeg) and jpeg[at] == 0xFF and jpeg[at + 1] in NEEDED:
        if jpeg[at + 1] == 0xDA:
            # Within the picture 0xFF is followed by 0: the first other one is the end, and of the file too.
            ends = jpeg.find(b"\xff\xd9", at)
            return (
                ends == len(jpeg) - 2 and jpeg.count(b"\xff", at + 1) == jpeg.count(b"\xff\x00", at + 1) + 1
            )
        if jpeg[at + 1] == 0xE0 and at != 2:
            return False
        at += 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")
    return False


def _is_known(content: bytes) -> bool:
    """Return whether the file begins as a JPEG, PNG or WebP does, so that others cost no process."""
    is_webp = content[:4] == b"RIFF" and content[8:12] == b"WEBP"
    return is_webp or content.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"))


def _run(content: bytes, black: Sequence[Box]) -> subprocess.CompletedProcess[bytes]:
    """Let the worker make the photo, one at a time, with an empty environment and within a time."""
    if not TURN.acquire(timeout=WAIT_S):
        raise PhotosBusy("Er komen nu te veel foto's tegelijk binnen. Probeer het zo nog eens.")
    try:
        return subprocess.run(  # noqa: S603 (our own program, without a shell)
            [sys.executable, "-I", str(WORKER), json.dumps(black)],
            input=content,
            capture_output=True,
            env={},
            timeout=DECODE_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise PhotoRefused("zwaar") from None
    finally:
        TURN.release()


def _answer(ended: subprocess.CompletedProcess[bytes]) -> tuple[dict[str, int], bytes]:
    """Return the size and the JPEG that the worker gave; PhotoRefused when it refused or was ended."""
    if ended.returncode == photo_worker.REFUSED:
        raise PhotoRefused(ended.stdout.decode("ascii", "replace"))
    if ended.returncode < 0:
        # The system ended it: over its time, or a fault inside a decoder.
        raise PhotoRefused("zwaar")
    head, found, made = ended.stdout.partition(b"\n")
    if ended.returncode != 0 or not found:
        raise PhotoRefused("kapot")
    size: dict[str, int] = json.loads(head)
    return size, made
