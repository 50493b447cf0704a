"""The photos of a form: read from a multipart body within bounds, and made anew before anything is stored."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from fastapi import HTTPException, Request
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from data.photo_store import PhotoStore
from data.photos import LARGEST_BYTES, MOST_PHOTOS, Encoded, PhotoRefused, re_encode
from service.settings import Settings

FIELD: Final = "foto"
FOLDER: Final = "fotos"
MULTIPART: Final = "multipart/form-data"
LONGEST_FIELD: Final = 128 * 1024
MOST_FIELDS: Final = 60
LARGEST_BODY: Final = MOST_PHOTOS * LARGEST_BYTES + 2**20
MOST_FILES: Final = 10
TOO_LARGE: Final = "Uw foto's zijn samen te groot om te versturen."
# What the page says of each reason to refuse a photo.
FAULTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "veel": "melden.fout_foto_veel",
        "leeg": "melden.fout_foto_leeg",
        "groot": "melden.fout_foto_groot",
        "vorm": "melden.fout_foto_vorm",
        "pixels": "melden.fout_foto_pixels",
        "beweegt": "melden.fout_foto_beweegt",
        "zwaar": "melden.fout_foto_zwaar",
        "kapot": "melden.fout_foto_kapot",
    }
)
AGAIN: Final = "melden.fout_foto_opnieuw"


@dataclass(frozen=True, slots=True)
class PhotoForm:
    """A form as it was sent: its words, and its files not looked at yet."""

    values: dict[str, str]
    files: Sequence[UploadFile] = ()

    @property
    def given(self) -> list[UploadFile]:
        """The photos that somebody chose; a field that was left empty is none."""
        return [file for file in self.files if file.filename or file.size]

    def close(self) -> None:
        """Let go of the files as they were sent."""
        for file in self.files:
            file.file.close()


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
        max_files=MOST_FILES,
        max_fields=MOST_FIELDS,
        max_part_size=LONGEST_FIELD,
    )
    try:
        items = (await parser.parse()).multi_items()
    except (MultiPartException, KeyError, UnicodeError):
        raise HTTPException(400, "Dit formulier kunnen wij niet lezen.") from None
    words = {name: value for name, value in items if isinstance(value, str)}
    files = [(name, value) for name, value in items if isinstance(value, UploadFile)]
    PhotoForm({}, [file for name, file in files if name != FIELD]).close()
    return PhotoForm(words, [file for name, file in files if name == FIELD])


def receive_photos(form: PhotoForm) -> tuple[Encoded, ...]:
    """Return the photos of a form made anew, at most 3.

    PhotoRefused says what is wrong with one: then none is stored. It works for a while: call it outside the
    event loop, in a route that is a plain function.
    """
    if len(form.given) > MOST_PHOTOS:
        raise PhotoRefused("veel")
    return tuple(re_encode(file.file.read(LARGEST_BYTES + 1)) for file in form.given)


async def _bounded(request: Request) -> AsyncGenerator[bytes]:
    """Give the body in parts; 413 as soon as it is larger than a form with photos can be."""
    seen = 0
    async for part in request.stream():
        seen += len(part)
        if seen > LARGEST_BODY:
            raise HTTPException(413, TOO_LARGE)
        yield part
