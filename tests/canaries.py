"""Canaries: texts and points that are private, and whether an answer lets one of them out.

A leak is a canary text in any decoding of an answer or its headers, or two numbers of one answer within 25 m
of a canary point; the points lie far from everything else, so that nothing else can give their numbers.
"""

from __future__ import annotations

import base64
import binascii
import gzip
import html
import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final
from urllib.parse import unquote_to_bytes

import numpy as np
import numpy.typing as npt
from pypdf import PdfReader

NEAR_M: Final = 25.0
# Metres in a degree at 52 degrees north.
DEGREE_M: Final = (68_700.0, 111_300.0)
DEEP: Final = 2
# In a table other columns may stand between the two numbers of a point.
APART: Final = 4
# By how many bytes texts are put together.
ALIKE: Final = 3
_BASE64: Final = re.compile(rb"[A-Za-z0-9+/_-]{16,}={0,2}")
_NUMBER: Final = re.compile(rb"(?<![\w.])-?\d{1,6}(?:\.\d+)?(?![\w.])")
_ESCAPED: Final = re.compile(rb"\\u([0-9a-fA-F]{4})")
_HEX: Final = re.compile(rb"(?:[0-9a-f]{2}){8,}")


@dataclass(frozen=True)
class Canary:
    """A private text with what it is, or a private point in degrees and RD metres."""

    what: str
    text: str = ""
    lon: float = 0.0
    lat: float = 0.0
    x: float = 0.0
    y: float = 0.0


def leaks(canaries: Iterable[Canary], body: bytes, headers: Mapping[str, str] | None = None) -> set[str]:
    """What an answer lets out, by the names of the canaries."""
    told = "\n".join(f"{name}: {value}" for name, value in (headers or {}).items()).encode()
    texts = {one.text.lower().encode(): one.what for one in canaries if one.text}
    points = [one for one in canaries if not one.text]
    body = _printed(body) if body.startswith(b"%PDF") else body
    return _told(texts, {*decodings(body), *decodings(told)}) | _pointed_at(points, body)


def _printed(content: bytes) -> bytes:
    """What is read of a PDF: its words are numbers of drawn letters otherwise."""
    found = PdfReader(io.BytesIO(content))
    words = [*(page.extract_text() for page in found.pages), *map(str, (found.metadata or {}).values())]
    return "\n".join(words).encode()


def decodings(content: bytes, deep: int = DEEP) -> Iterator[bytes]:
    """The content as it is, and as what it may be hidden in: packed, quoted, escaped, encoded."""
    yield content
    if deep == 0:
        return
    for found in set(_unpacked(content)):
        if found != content and found:
            yield from decodings(found, deep - 1)


def _unpacked(content: bytes) -> Iterator[bytes]:
    if content.startswith(b"\x1f\x8b"):
        try:
            yield gzip.decompress(content)
        except (OSError, EOFError, zlib.error):
            return
    if content.startswith(b"PK"):
        yield _unzipped(content)
    yield unquote_to_bytes(content.replace(b"+", b" "))
    yield html.unescape(content.decode("utf-8", "replace")).encode()
    yield _ESCAPED.sub(lambda match: chr(int(match[1], 16)).encode("utf-8", "replace"), content)
    for encoding in ("utf-16-le", "utf-16-be"):
        if b"\x00" in content:
            yield content.decode(encoding, "replace").encode()
    yield b"\n".join(_all_decoded(content))


def _unzipped(content: bytes) -> bytes:
    """All files of an archive; nothing of what only begins as one."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return b"\n".join(archive.read(name) for name in archive.namelist())
    except (zipfile.BadZipFile, zlib.error, ValueError, OSError, NotImplementedError, EOFError):
        return b""


def _all_decoded(content: bytes) -> Iterator[bytes]:
    for match in _BASE64.findall(content):
        plain = match.rstrip(b"=").translate(bytes.maketrans(b"-_", b"+/"))
        try:
            yield base64.b64decode(plain + b"=" * (-len(plain) % 4))
        except binascii.Error:
            continue
    for match in _HEX.findall(content):
        yield bytes.fromhex(match.decode())


def _told(texts: Mapping[bytes, str], forms: Iterable[bytes]) -> set[str]:
    if not texts:
        return set()
    anyone = _any_of(frozenset(texts))
    return {texts[found] for form in forms for found in anyone.findall(form.lower())}


@cache
def _any_of(texts: frozenset[bytes]) -> re.Pattern[bytes]:
    """A pattern of each of these texts, the longest first.

    Those that begin alike stand together: where none begins, the pattern tries a few and not hundreds.
    """
    alike: dict[bytes, list[bytes]] = {}
    for text in sorted(texts, key=len, reverse=True):
        alike.setdefault(text[:ALIKE], []).append(re.escape(text[ALIKE:]))
    return re.compile(
        b"|".join(re.escape(one) + b"(?:" + b"|".join(ends) + b")" for one, ends in alike.items())
    )


def _pointed_at(points: list[Canary], body: bytes) -> set[str]:
    """The points of which both numbers stand near each other in the answer, in either order."""
    numbers = np.array([float(one) for one in _NUMBER.findall(body)])
    wide, high = NEAR_M / DEGREE_M[0], NEAR_M / DEGREE_M[1]
    return {
        one.what
        for one in points
        if _pair(numbers, (one.lon, wide), (one.lat, high))
        or _pair(numbers, (one.x, NEAR_M), (one.y, NEAR_M))
    }


def _pair(numbers: npt.NDArray[np.float64], first: tuple[float, float], second: tuple[float, float]) -> bool:
    one, other = (np.flatnonzero(np.abs(numbers - wanted) <= margin) for wanted, margin in (first, second))
    return bool((np.abs(one[:, None] - other[None, :]) <= APART).any())
