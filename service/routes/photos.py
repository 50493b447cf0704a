"""Photos of meldingen: for everybody once released, for staff and for who has the secret link always."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Final

from fastapi import APIRouter, HTTPException, Path, Request
from fastapi.responses import FileResponse, Response

from data.intake import melding_of_token
from data.photo_rows import photo_for, photo_of_melding
from data.visibility import PUBLIC
from service.dependencies import DatabaseDep, SettingsDep, ViewerDep
from service.photo_form import photo_store
from service.secret import read_secret
from service.settings import Settings

router = APIRouter(include_in_schema=False)
Digest = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")]
Token = Annotated[str, Path(max_length=100, pattern=r"^[A-Za-z0-9._-]+$")]
# A photo is a picture in a page of ours: opened by itself it may run, load and send nothing.
OWN: Final[Mapping[str, str]] = MappingProxyType(
    {
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
        "Content-Disposition": 'inline; filename="foto.jpg"',
        "X-Robots-Tag": "noindex, noimageindex",
    }
)
NOT_KEPT: Final = "no-store"
# A browser may keep it, and asks each time whether it is still public.
ASKED_AGAIN: Final = "private, no-cache"


@router.get("/fotos/{digest}.jpg")
def photo(
    request: Request, settings: SettingsDep, database: DatabaseDep, viewer: ViewerDep, digest: Digest
) -> Response:
    """Show a photo: to everybody when it is released and its melding public, to staff always."""
    with database.read() as session:
        is_public = photo_for(session, PUBLIC, digest)
        may_see = is_public or photo_for(session, viewer, digest)
    if not may_see:
        raise HTTPException(404)
    if not is_public:
        return _picture(settings, digest, NOT_KEPT)
    if request.headers.get("If-None-Match") == f'"{digest}"':
        return Response(status_code=304, headers={**OWN, "Cache-Control": ASKED_AGAIN, "ETag": f'"{digest}"'})
    return _picture(settings, digest, ASKED_AGAIN)


@router.get("/volg/{token}/fotos/{digest}.jpg")
def own_photo(settings: SettingsDep, database: DatabaseDep, token: Token, digest: Digest) -> Response:
    """Show a reporter a photo of the own melding, released or not."""
    public_id = melding_of_token(token, read_secret(settings.var_folder))
    with database.read() as session:
        if public_id is None or not photo_of_melding(session, public_id, digest):
            raise HTTPException(404)
    return _picture(settings, digest, NOT_KEPT)


def _picture(settings: Settings, digest: str, cache: str) -> Response:
    path = photo_store(settings).path(digest)
    if not path.is_file():
        raise HTTPException(404)
    headers = {**OWN, "Cache-Control": cache, "ETag": f'"{digest}"'}
    return FileResponse(path, media_type="image/jpeg", headers=headers)
