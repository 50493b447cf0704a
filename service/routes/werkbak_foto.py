"""The werkbak: parts of a photo covered before others see it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, HTTPException
from fastapi.responses import RedirectResponse, Response
from pydantic import Field
from sqlalchemy.orm import Session

from data import desk as desk_data
from data import photo_covering
from data.intake_models import Photo
from data.models import Melding
from data.photo_covering import COLUMNS, MOST_ROWS, Grid
from data.photo_store import PhotoStore
from data.photos import Box, Encoded, re_encode
from service.dependencies import SettingsDep
from service.desk_forms import Handled
from service.melding_desk import Desk, DeskDep, attempt
from service.pages import render
from service.photo_form import photo_store
from service.routes.api.shapes import RowNumber
from service.texts import catalogue

router = APIRouter(include_in_schema=False)
Cell = Annotated[str, Field(max_length=5)]


class Covered(Handled):
    """Which squares of the grid over a photo are made black."""

    vak: list[Cell] = Field(default_factory=list, max_length=COLUMNS * MOST_ROWS)


@router.get("/werkbak/{public_id}/fotos/{nummer}")
def photo(desk: DeskDep, nummer: RowNumber, klaar: str = "") -> Response:
    """Show staff a photo of a melding under a grid of which squares can be made black."""
    return _page(desk, nummer, done="werkfoto.klaar" if klaar else "")


@router.post("/werkbak/{public_id}/fotos/{nummer}")
def cover(
    desk: DeskDep, settings: SettingsDep, nummer: RowNumber, form: Annotated[Covered, Form()]
) -> Response:
    """Make squares of a photo black: the covered photo comes in the place of the old one, which goes."""
    old: list[tuple[str, Grid]] = []
    new: list[int] = []

    def look(session: Session, melding: Melding) -> None:
        found = _need(photo_covering.find(session, melding, nummer))
        old.append((found.digest, photo_covering.grid(found)))

    # Looked at first: making a photo takes too long to let others wait for the database meanwhile.
    refused = attempt(desk, form, look)
    if refused is not None:
        return refused
    if not form.vak:
        return _page(desk, nummer, fault=catalogue().text("werkfoto.mist_vak"), status=400)
    (digest, grid), store = old[0], photo_store(settings)
    covered = _covered(store, digest, grid.boxes(form.vak))

    def act(session: Session, melding: Melding) -> None:
        found = _need(photo_covering.find(session, melding, nummer))
        new.append(photo_covering.replace(session, melding, found, covered, actor=desk.staff.account))

    def change() -> bool:
        nonlocal refused
        refused = attempt(desk, form, act)
        return refused is None

    photo_covering.exchange(desk.database, store, digest, covered, change)
    return refused or RedirectResponse(f"/werkbak/{desk.public_id}/fotos/{new[0]}?klaar=ja", 303)


def _covered(store: PhotoStore, digest: str, black: list[Box]) -> Encoded:
    try:
        content = store.path(digest).read_bytes()
    except FileNotFoundError:
        raise HTTPException(404) from None
    return re_encode(content, black=black)


def _need(photo: Photo | None) -> Photo:
    if photo is None:
        raise HTTPException(404)
    return photo


def _page(desk: Desk, number: int, *, done: str = "", fault: str = "", status: int = 200) -> Response:
    with desk.database.read() as session:
        report = desk_data.report(session, desk.viewer, desk.public_id)
    photos = report.photos if report is not None else ()
    shown = next((one for one in photos if one.id == number), None)
    if report is None or shown is None:
        raise HTTPException(404)
    context = {
        "report": report,
        "melding": report.melding,
        "foto": shown,
        "n": photos.index(shown) + 1,
        "rooster": photo_covering.grid(shown),
        "done": done,
        "fault": fault,
    }
    example = report.melding.example
    return render(desk.request, "werkfoto.html", context, status=status, example=example)
