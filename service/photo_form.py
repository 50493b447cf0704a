"""The photos of a form: read from a multipart body within bounds, and made anew before anything is stored."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import Final

from fastapi import HTTPException, Request
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from data.photo_store import PhotoStore
from data.photos import LARGEST_BYTES, MOST_PHOTOS, Encoded, re_encode
from service.settings import Settings

FIELD: Final = "foto"
FOLDER: Final = "fotos"
MULTIPART: Final = "multipart/form-data"
LONGEST_FIELD: Final = 128 * 1024
MOST_FIELDS: Final = 40
LARGEST_BODY: Final = MOST_PHOTOS * LARGEST_BYTES + 2**20
TOO_LARGE: Final = "Uw foto's zijn samen te groot om te versturen."
TOO_MANY: Final = f"U kunt hoogstens {MOST_PHOTOS} foto's meesturen."


@dataclass(frozen=True, slots=True)
class PhotoForm:
    """A form as it was sent: its words, and its files not looked at yet."""

    values: dict[str, str]
    files: Sequence[UploadFile]


def photo_store(settings: Settings) -> PhotoStore:
    """Return where this service keeps its photos."""
    return PhotoStore(settings.var_folder / FOLDER)


async def read_photo_form(request: Request) -> PhotoForm:
    """Return the words and files of a multipart form; 413 when it is too large, 400 when it is broken.

    Names of files and what a browser says of their kind are dropped here: nothing looks at them.
    """
    parser = MultiPartParser(
        request.headers,
        _bounded(request),
        max_files=MOST_PHOTOS + 1,
        max_fields=MOST_FIELDS,
        max_part_size=LONGEST_FIELD,
    )
    try:
        items = (await parser.parse()).multi_items()
    except (MultiPartException, KeyError, UnicodeError):
        raise HTTPException(400, "Dit formulier kunnen wij niet lezen.") from None
    words = {name: value for name, value in items if isinstance(value, str)}
    return PhotoForm(words, [value for _, value in items if isinstance(value, UploadFile)])


def receive_photos(files: Sequence[UploadFile]) -> tuple[Encoded, ...]:
    """Return the photos of a form made anew, at most 3; a field that was left empty is no photo.

    PhotoRefused says what is wrong with one: then none is stored. It works for a while: call it outside the
    event loop, in a route that is a plain function.
    """
    given = [file for file in files if file.filename or file.size]
    if len(given) > MOST_PHOTOS:
        raise HTTPException(400, TOO_MANY)
    try:
        return tuple(re_encode(file.file.read(LARGEST_BYTES + 1)) for file in given)
    finally:
        for file in files:
            file.file.close()


async def _bounded(request: Request) -> AsyncGenerator[bytes]:
    """Give the body in parts; 413 as soon as it is larger than a form with photos can be."""
    seen = 0
    async for part in request.stream():
        seen += len(part)
        if seen > LARGEST_BODY:
            raise HTTPException(413, TOO_LARGE)
        yield part
