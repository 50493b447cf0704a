"""Meetings as JSON: what is on and what was, as the pages tell it; concepts for staff of the town alone."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import Field

from data import meetings, themes
from data.meeting_models import Meeting
from data.meetings import Listed
from geo.exposure import AMSTERDAM
from geo.themes import Registry
from service.analysis import places
from service.analysis.meeting_page import theme_name
from service.dependencies import SettingsDep, ViewerDep, WorkbenchDep
from service.routes.api.shapes import PROBLEMS, Day, OfGemeente, Page, moment_text
from service.routes.bijeenkomsten import codes_of

router = APIRouter(tags=["bijeenkomsten"], responses=PROBLEMS)


class MeetingsQuestion(OfGemeente, Page):
    """Of which gemeente or area the meetings are asked, and from which day; without one, from now."""

    gebied: str | None = Field(None, max_length=60, description="Code van een gebied, wijk of buurt")
    van: Day | None = None


@router.get("/bijeenkomsten", operation_id="bijeenkomsten")
def listed(
    question: Annotated[MeetingsQuestion, Query()],
    settings: SettingsDep,
    workbench: WorkbenchDep,
    viewer: ViewerDep,
) -> dict[str, Any]:
    """Geef de aangekondigde bijeenkomsten, de eerste eerst; medewerkers zien ook concepten."""
    found = places.places(workbench, question.gemeente)
    codes = None
    if question.gebied is not None:
        if question.gebied not in found.by_code:
            raise places.UnknownPlace(f"Een gebied met code {question.gebied} kennen wij niet.")
        codes = codes_of(found, found.by_code[question.gebied])
    with workbench.session() as session:
        rows = meetings.since(
            session,
            viewer,
            Listed(question.gemeente, codes, _midnight(question.van)),
            offset=question.offset,
            limit=question.pagina_grootte,
        )
        # A theme that was put out of use is still what a meeting is about.
        registry = themes.registry(session, question.gemeente, also={one.theme for one in rows})
        shown = [_as_dict(one, registry, settings.public_url) for one in rows]
    return {"gemeente": question.gemeente, "pagina": question.pagina, "bijeenkomsten": shown}


def _midnight(day: date | None) -> datetime:
    if day is None:
        return datetime.now(UTC)
    return datetime.combine(day, time(), AMSTERDAM).astimezone(UTC)


def _as_dict(meeting: Meeting, registry: Registry, site: str) -> dict[str, Any]:
    point = None if meeting.lon is None else {"type": "Point", "coordinates": [meeting.lon, meeting.lat]}
    return {
        "id": meeting.public_id,
        "titel": meeting.titel,
        "inleiding": meeting.intro,
        "gebied": meeting.gebied,
        "thema": theme_name(registry, meeting.theme) or None,
        "vorm": registry.form(meeting.form).naam,
        "stand": meeting.state,
        "opUitnodiging": not meeting.public,
        "begint": moment_text(meeting.starts_at),
        "eindigt": moment_text(meeting.ends_at),
        "plek": meeting.place,
        "adres": meeting.address,
        "toegankelijk": meeting.accessible,
        "punt": point,
        "plaatsen": meeting.capacity,
        "pagina": f"{site}/bijeenkomsten/{meeting.public_id}",
        "voorbeeldgegevens": meeting.example,
    }
