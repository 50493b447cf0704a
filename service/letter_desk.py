"""The desk of questions and ideas: what waits, with its term, and the answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import Depends, Form, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from data import themes
from data.handling import NotAllowed
from data.letters import LONGEST_TEXT, LONGEST_TITLE, Kind, StoredLetter
from data.models import StaffSession
from data.rights import Right
from data.terms import working_days_between
from data.text_masking import masked_text
from data.visibility import Viewer
from service import security
from service.analysis import places, towns
from service.analysis.places import Place
from service.analysis.words import sentence
from service.analysis.workbench import Workbench, today
from service.dependencies import DatabaseDep, StaffSessionDep, ViewerDep, WorkbenchDep
from service.melding_form import clean
from service.origin import only_from_here
from service.pages import render
from service.texts import catalogue

PAGE_SIZE: Final = 20
# A browser counts a new line as one sign and sends two.
LONGEST_SENT: Final = 2 * LONGEST_TEXT
DONE: Final = {
    "antwoord": "post.klaar_antwoord",
    "zichtbaar": "post.klaar_zichtbaar",
    "verborgen": "post.klaar_verborgen",
}
Change = Callable[[Session], StoredLetter | None]


class Answered(BaseModel):
    """An answer, with the token of the session."""

    csrf: str = Field("", max_length=60)
    antwoord: str = Field("", max_length=LONGEST_SENT)


class Released(BaseModel):
    """Whether everybody may see an idea, under which title, with the token of the session."""

    csrf: str = Field("", max_length=60)
    zichtbaar: bool = False
    openbaar: str = Field("", max_length=2 * LONGEST_TITLE)


PageNumber = Annotated[int, Query(ge=1, le=100_000)]
AnswerForm = Annotated[Answered, Form()]
ReleaseForm = Annotated[Released, Form()]


@dataclass(frozen=True)
class Desk:
    """One kind of letter for staff: its address, and how it is found and answered."""

    kind: Kind
    path: str
    waiting: Callable[..., list[StoredLetter]]
    answered: Callable[..., list[StoredLetter]]
    count: Callable[..., int]
    find: Callable[[Session, Viewer, str], StoredLetter | None]
    answer: Callable[[Session, Viewer, str, str], StoredLetter | None]


@dataclass(frozen=True)
class At:
    """Who sits at the desk, and what with."""

    request: Request
    workbench: Workbench
    database: DatabaseDep
    viewer: Viewer
    staff: StaffSession | None


@dataclass(frozen=True, slots=True)
class Line:
    """A letter as a line of the list: where it is about, and how many working days are left."""

    letter: StoredLetter
    gemeente: str
    wijk: Place | None
    left: int
    late: bool


@dataclass(frozen=True, slots=True)
class Leaf:
    """A page of a list: its lines, its number of how many, and how many lines there are in all."""

    lines: list[Line]
    page: int
    pages: int
    total: int


def _at(
    request: Request,
    workbench: WorkbenchDep,
    database: DatabaseDep,
    viewer: ViewerDep,
    staff: StaffSessionDep,
) -> At:
    return At(request, workbench, database, viewer, staff)


DeskDep = Annotated[At, Depends(_at)]


def queue(desk: Desk, at: At, *, page: int, answered_page: int) -> HTMLResponse:
    """Return the list of letters: a page of those that wait, and one of those that were answered."""
    with at.workbench.session() as session:
        context = {
            "soort": desk.kind.value,
            "path": desk.path,
            "waiting": _leaf(desk, at, session, page, answered=False),
            "answered": _leaf(desk, at, session, answered_page, answered=True),
        }
    return render(at.request, "post.html", context)


def _leaf(desk: Desk, at: At, session: Session, page: int, *, answered: bool) -> Leaf:
    """Return a page of a list; a number past the end gives the last one."""
    total = desk.count(session, at.viewer, answered=answered)
    pages = max(1, -(-total // PAGE_SIZE))
    page = min(page, pages)
    ask = desk.answered if answered else desk.waiting
    found = ask(session, at.viewer, offset=(page - 1) * PAGE_SIZE, limit=PAGE_SIZE)
    return Leaf(_lines(at, found), page, pages, total)


def letter(desk: Desk, at: At, public_id: str, *, done: str = "") -> HTMLResponse:
    """Return the page of one letter; 404 when there is none that this member of staff may see."""
    return _page(desk, at, public_id, {"done": DONE.get(done, "")})


def answer(desk: Desk, at: At, public_id: str, form: Answered) -> Response:
    """Store an answer and go back to the page; what cannot be stored is shown again with what was typed."""
    text = clean(form.antwoord)
    problem = _problem(at, form.csrf) or _length_problem(text)
    if problem:
        return _page(desk, at, public_id, {"problem": problem[1], "typed": form.antwoord}, status=problem[0])
    stored = _change(at, lambda session: desk.answer(session, at.viewer, public_id, text))
    if stored.answer != text:
        told = {"problem": catalogue().text("post.al_beantwoord"), "typed": text}
        return _page(desk, at, public_id, told, status=409)
    return RedirectResponse(f"{desk.path}/{public_id}?klaar=antwoord", 303)


def release(
    desk: Desk, at: At, public_id: str, form: Released, act: Callable[..., StoredLetter | None]
) -> Response:
    """Let everybody see an idea, or take that back; without consent it is refused."""
    title = " ".join(clean(form.openbaar).split())
    problem = _problem(at, form.csrf)
    if problem is None and len(title) > LONGEST_TITLE:
        problem = 400, catalogue().text("brief.fout_titel_lang")
    if problem:
        return _page(desk, at, public_id, {"problem": problem[1]}, status=problem[0])
    try:
        stored = _change(
            at, lambda session: act(session, at.viewer, public_id, shown=form.zichtbaar, title=title)
        )
    except NotAllowed as refused:
        return _page(desk, at, public_id, {"problem": sentence(str(refused))}, status=409)
    done = "zichtbaar" if stored.released else "verborgen"
    return RedirectResponse(f"{desk.path}/{public_id}?klaar={done}", 303)


def _change(at: At, change: Change) -> StoredLetter:
    with at.database.write() as session:
        stored = change(session)
    if stored is None:
        raise HTTPException(404)
    return stored


def _problem(at: At, csrf: str) -> tuple[int, str] | None:
    """Return status and sentence when a form did not come from a page of this session."""
    only_from_here(at.request)
    if at.staff is None or not security.same(csrf, at.staff.csrf):
        return 403, catalogue().text("werkbak.oude_sessie")
    return None


def _length_problem(text: str) -> tuple[int, str] | None:
    if not text:
        return 400, catalogue().text("post.mist_antwoord")
    if len(text) > LONGEST_TEXT:
        return 400, catalogue().text("post.antwoord_lang")
    return None


def _page(desk: Desk, at: At, public_id: str, told: dict[str, Any], *, status: int = 200) -> HTMLResponse:
    with at.workbench.session() as session:
        found = desk.find(session, at.viewer, public_id)
        known = themes.registry(session, found.gemeente).themes if found is not None else ()
    if found is None:
        raise HTTPException(404)
    context = {
        "soort": desk.kind.value,
        "path": desk.path,
        "line": _lines(at, [found])[0],
        "letter": found,
        "theme_name": next((one.naam for one in known if one.slug == found.theme), found.theme),
        "longest": LONGEST_TEXT,
        "longest_title": LONGEST_TITLE,
        "public_title": masked_text(found.title),
        "may_release": at.request.state.viewer.may(Right.MODERATE, found.gemeente),
        "problem": "",
        "typed": "",
        "done": "",
        **told,
    }
    town = places.places(at.workbench, found.gemeente)
    return render(at.request, "postbrief.html", context, status=status, town=town)


def _lines(at: At, letters: list[StoredLetter]) -> list[Line]:
    names = {place.code: place.naam for place in towns.towns(at.workbench)}
    now = today()
    return [
        Line(
            one,
            names.get(one.gemeente, one.gemeente),
            places.places(at.workbench, one.gemeente).by_code.get(one.wijk or ""),
            working_days_between(now, one.due_on),
            one.is_late(now),
        )
        for one in letters
    ]
