"""Feeds of places: what a feed reader asks for, with a tag that saves it from reading the same twice."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, time
from email.utils import format_datetime
from typing import Annotated, Final

from fastapi import APIRouter, HTTPException, Path, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from data import meldingen
from data.choices import Status
from data.meldingen import Filters, Listed
from data.public_records import last_notes
from data.visibility import PUBLIC
from geo.areas import Level
from geo.exposure import AMSTERDAM
from service import feeds
from service.analysis import places
from service.analysis.places import Place, Places
from service.analysis.words import day_text
from service.dependencies import SettingsDep, WorkbenchDep
from service.feeds import Entry, Feed
from service.pages import place_url
from service.texts import catalogue

router = APIRouter(include_in_schema=False)
NEWEST: Final = 50
MEDIA: Final = "application/atom+xml; charset=utf-8"
Code = Annotated[str, Path(max_length=60, pattern=r"^[A-Za-z0-9_-]+$")]


@router.get("/feeds/{code}.atom")
def feed(request: Request, settings: SettingsDep, workbench: WorkbenchDep, code: Code) -> Response:
    """Return the newest public meldingen of a gemeente, gebied, wijk or buurt as an Atom feed."""
    found, place = places.find(workbench, code)
    with workbench.session() as session:
        made = _feed(session, found, place)
    body = feeds.atom(made, base=settings.public_url, author=f"Gemeente {found.gemeente.naam}")
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {
        "ETag": tag,
        "Last-Modified": _changed(made),
        # What is withdrawn has to go at once, so a reader asks every time; the tag makes that cheap.
        "Cache-Control": "no-cache",
    }
    asked = request.headers.get("If-None-Match", "")
    if tag in {one.strip().removeprefix("W/") for one in asked.split(",")}:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=MEDIA, headers=headers)


def _feed(session: Session, found: Places, place: Place) -> Feed:
    """Return what everybody may see of a place, whoever asks."""
    if place.level is not Level.GEMEENTE and not place.buurten:
        raise HTTPException(404)
    whole = place.level is Level.GEMEENTE
    filters = Filters(found.gemeente.code, buurten=() if whole else place.buurten)
    rows = meldingen.page(session, PUBLIC, filters, edition=found.edition, limit=NEWEST)
    notes = last_notes(session, [row.public_id for row in rows])
    entries = tuple(_entry(row, found, notes.get(row.public_id, "")) for row in rows)
    title = catalogue().text("volgen.feed_titel", plek=place.naam)
    return Feed(place.code, title, place_url(place), entries, date(found.edition, 1, 1))


def _entry(row: Listed, found: Places, note: str) -> Entry:
    buurt = found.by_code.get(row.buurt or "")
    state = catalogue().text(f"status.{Status(row.status).name.lower()}")
    where = f", {buurt.naam}" if buurt is not None else ""
    marked = f" ({catalogue().text('algemeen.voorbeeld')})" if row.example else ""
    made = catalogue().text("volgen.feed_gemeld", dag=day_text(row.created_on))
    return Entry(
        public_id=row.public_id,
        title=f"{row.category_name}{where}{marked}",
        summary="\n".join(filter(None, (made, state, note))),
        published=row.created_on,
        updated=max(row.created_on, row.closed_on or row.created_on),
        kind=row.category_name,
    )


def _changed(made: Feed) -> str:
    """Return the newest day in the feed, as a moment that readers of headers understand."""
    newest = max([one.updated for one in made.entries], default=made.updated)
    return format_datetime(datetime.combine(newest, time.min, AMSTERDAM).astimezone(UTC), usegmt=True)
