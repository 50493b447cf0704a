"""Paper of the poll: forms entered one after another by keyboard, to print, and the address for a screen."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import quote

import segno
from fastapi import APIRouter, Form, Query
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from data import polls, themes
from data.polls import LONGEST_WORDS, MOST_THEMES
from data.theme_models import PollAnswer
from service.analysis import poll_paper
from service.analysis.places import Place, Places
from service.analysis.workbench import today
from service.dependencies import SettingsDep, WorkbenchDep
from service.melding_form import fresh_key
from service.own_form import Reading, Sending, Visit
from service.pages import render
from service.paper_form import SIGNS, Paper
from service.routes.peilingen import acting, readable
from service.secret import read_secret
from service.staff_text import Line

router = APIRouter(include_in_schema=False)
DONE = {
    "bewaard": "peilingen.klaar_bewaard",
    "al": "peilingen.klaar_al",
    "terug": "peilingen.klaar_terug",
    "niets": "peilingen.klaar_niets",
}
MeetingName = Annotated[str, Query(max_length=22)]
MeetingField = Annotated[str, Form(max_length=22)]
Words = Annotated[Line, Form()]


@router.get("/peilingen/{code}/invoeren")
def start(
    visit: Reading, workbench: WorkbenchDep, code: str, klaar: str = "", bijeenkomst: MeetingName = ""
) -> HTMLResponse:
    """Show an empty form to enter, and how many somebody entered today."""
    where = acting(visit, workbench, code)
    return _form(visit, where, Paper(fresh_key(), bijeenkomst), done=DONE.get(klaar, ""))


@router.post("/peilingen/{code}/invoeren")
def enter(
    visit: Sending,
    settings: SettingsDep,
    workbench: WorkbenchDep,
    code: str,
    sleutel: Annotated[str, Form(max_length=60)] = "",
    bijeenkomst: MeetingField = "",
    kruisjes: Words = "",
    woord_1: Words = "",
    woord_2: Words = "",
    woord_3: Words = "",
) -> Response:
    """Keep one form of paper and show the next empty one; what cannot be read is shown again."""
    found, place = acting(visit, workbench, code)
    paper = Paper(sleutel, bijeenkomst, kruisjes, (woord_1, woord_2, woord_3))
    with workbench.session() as session:
        registry = themes.registry(session, place.gemeente)
        meeting = polls.meeting_number(session, place.gemeente, bijeenkomst)
    if fault := paper.fault(registry):
        return _form(visit, (found, place), paper.with_key(), fault=fault, status=400)
    answer = paper.answer(place.gemeente, place.code, registry, meeting=meeting)
    secret = read_secret(settings.var_folder)
    with visit.database.write() as session:
        new = polls.enter(session, answer, actor=visit.actor, on=today(), key=sleutel, secret=secret)
    return _next(place, bijeenkomst, "bewaard" if new else "al")


@router.post("/peilingen/{code}/terug")
def undo(
    visit: Sending,
    workbench: WorkbenchDep,
    code: str,
    bijeenkomst: MeetingField = "",
) -> Response:
    """Take away the form that somebody entered last today."""
    _, place = acting(visit, workbench, code)
    with visit.database.write() as session:
        gone = polls.undo(session, place.gemeente, place.code, actor=visit.actor, on=today())
    return _next(place, bijeenkomst, "terug" if gone else "niets")


@router.get("/peilingen/{code}/scherm")
def screen(
    visit: Reading, settings: SettingsDep, workbench: WorkbenchDep, code: str, bijeenkomst: MeetingName = ""
) -> HTMLResponse:
    """Show the address of a poll as a picture for phones and in large letters, for a screen at a meeting."""
    found, place = readable(visit, workbench, code)
    with workbench.session() as session:
        known = polls.meetings(session, place.gemeente, place.code)
    chosen = next((one for one in known if one.public_id == bijeenkomst), None)
    address = f"{settings.public_url}/peiling/{place.code}"
    full = f"{address}?bijeenkomst={chosen.public_id}" if chosen else address
    context = {
        "place": place,
        "adres": address.partition("//")[2],
        "beeld": segno.make(full, micro=False).svg_data_uri(scale=8, light="#fff"),
        "bijeenkomsten": known,
        "gekozen": chosen,
    }
    return render(visit.request, "peilingen_scherm.html", context, town=found)


@router.get("/peilingen/{code}/formulier.pdf")
def paper(visit: Reading, settings: SettingsDep, workbench: WorkbenchDep, code: str) -> Response:
    """Return the poll of an area as a PDF of one A4 to fill in with a pen."""
    _, place = readable(visit, workbench, code)
    address = f"{settings.public_url}/peiling/{place.code}"
    content = poll_paper.printed(workbench, place, address=address, made_at=datetime.now(UTC))
    headers = {"Content-Disposition": f'inline; filename="peiling-{place.code.lower()}.pdf"'}
    return Response(content, media_type="application/pdf", headers=headers)


def _next(place: Place, meeting: str, done: str) -> Response:
    kept = f"&bijeenkomst={quote(meeting)}" if meeting else ""
    return RedirectResponse(f"/peilingen/{place.code}/invoeren?klaar={done}{kept}", 303)


def _form(
    visit: Visit,
    where: tuple[Places, Place],
    paper: Paper,
    *,
    done: str = "",
    fault: str = "",
    status: int = 200,
) -> HTMLResponse:
    found, place = where
    with visit.database.read() as session:
        registry = themes.registry(session, place.gemeente)
        mine = polls.entered(session, place.gemeente, place.code, actor=visit.actor, on=today())
        known = polls.meetings(session, place.gemeente, place.code)
    numbers = {one.slug: number for number, one in enumerate(registry.themes, start=1)}
    context = {
        "place": place,
        "themas": registry.themes,
        "letters": SIGNS,
        "sent": paper,
        "ingevoerd": len(mine),
        "laatste": _typed(mine[-1], numbers) if mine else "",
        "bijeenkomsten": known,
        "most": MOST_THEMES,
        "longest": LONGEST_WORDS,
        "done": done,
        "fault": fault,
    }
    return render(visit.request, "peilingen_invoer.html", context, status=status, town=found)


def _typed(row: PollAnswer, numbers: dict[str, int]) -> str:
    """Return an answer as it is typed over: numbers of themes and letters of boxes."""
    ticked = zip(SIGNS, (row.wants_activity, row.knows_not_how, row.wants_to_help), strict=True)
    themes = [str(numbers[one]) for one in row.themes if one in numbers]
    return " ".join([*themes, *(letter for letter, on in ticked if on)])
