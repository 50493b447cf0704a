"""Mijn acties: the agreements of an account, its organisation and its gebieden, late ones first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, HTTPException, Path, Query
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session

from data import agreements, own_agreements
from data.agreements import AgreementState, WrongAgreement
from data.meeting_models import Agreement, Meeting
from data.own_agreements import Mine
from data.partner_models import Partner
from data.reach import area_names
from service import agreement_form
from service.analysis.words import sentence
from service.analysis.workbench import today
from service.own_form import Reading, Sending, Visit
from service.pages import render
from service.routes.api.shapes import FromForm
from service.staff_text import Line

router = APIRouter(include_in_schema=False)
Name = Annotated[str, Path(max_length=22, pattern=r"^[A-Za-z0-9_-]+$")]
DONE: Final = {"ja": "acties.klaar", "gewijzigd": "acties.klaar_gewijzigd"}


class Sieve(FromForm):
    """What of the list somebody wants to see: of one gebied, of who does it, or what is late alone."""

    gebied: Annotated[str, Query(max_length=10)] = ""
    wie: Annotated[str, Query(max_length=160)] = ""
    laat: Annotated[str, Query(pattern="^(ja)?$")] = ""
    klaar: Annotated[str, Query(max_length=20)] = ""

    def lets_through(self, one: Mine) -> bool:
        """Whether an agreement is asked for."""
        row = one.row
        return (
            self.gebied in {"", row.gebied}
            and self.wie in {"", row.owner}
            and (not self.laat or one.is_late(today()))
        )


Asked = Annotated[Sieve, Query()]


@router.get("/acties")
def show(visit: Reading, asked: Asked) -> Response:
    """Show somebody what they, their organisation and their gebieden agreed to do."""
    return _page(visit, asked, done=DONE.get(asked.klaar, ""))


@router.post("/acties/{public_id}/klaar")
def finish(visit: Sending, public_id: Name, uitkomst: Annotated[Line, Form()] = "") -> Response:
    """Mark an agreement as done, with a line of what came of it."""
    try:
        with visit.database.write() as session:
            row = own_agreements.one_of_mine(session, visit.viewer, public_id, today=today())
            if row is None:
                raise HTTPException(404)
            agreements.close(session, row, AgreementState.KEPT, uitkomst, actor=visit.actor, today=today())
    except WrongAgreement as wrong:
        return _page(visit, Sieve(), fault=sentence(str(wrong)), typed={public_id: uitkomst}, status=400)
    return RedirectResponse("/acties?klaar=ja", 303)


@router.get("/acties/{public_id}/wijzigen")
def edit(visit: Reading, public_id: Name) -> Response:
    """Show what was agreed, to give it another day or to somebody else."""
    return _edited(visit, public_id)


@router.post("/acties/{public_id}/wijzigen")
def change(visit: Sending, public_id: Name, typed: agreement_form.Typed) -> Response:
    """Keep an agreement as it is now; the audit keeps what changed."""
    given = agreement_form.given(typed)
    try:
        with visit.database.write() as session:
            row = _held(session, visit, public_id)
            agreements.change(session, visit.viewer, row, given, now=datetime.now(UTC))
    except WrongAgreement as wrong:
        faults = {wrong.field: sentence(str(wrong))}
        return _edited(visit, public_id, typed=typed, faults=faults, status=400)
    return RedirectResponse("/acties?klaar=gewijzigd", 303)


def _page(
    visit: Visit,
    asked: Sieve,
    *,
    done: str = "",
    fault: str = "",
    typed: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    with visit.database.read() as session:
        found = own_agreements.mine(session, visit.viewer, today=today())
        names = _names(session, found)
    shown = [one for one in found if asked.lets_through(one)]
    waiting = [one for one in shown if one.row.state == AgreementState.OPEN]
    context = {
        "eigen": [one for one in waiting if one.own],
        "gebied": [one for one in waiting if not one.own],
        "klaar": [one for one in shown if one.row.state != AgreementState.OPEN],
        "alles": found,
        "vraag": asked,
        "gebieden": sorted({one.row.gebied for one in found}, key=lambda code: names.get(code, code)),
        "wie": sorted({one.row.owner for one in found}, key=str.casefold),
        "namen": names,
        "vandaag": today(),
        "typed": typed or {},
        "done": done,
        "fault": fault,
    }
    example = any(one.row.example for one in found)
    return render(visit.request, "acties.html", context, status=status, example=example)


def _names(session: Session, found: Sequence[Mine]) -> dict[str, str]:
    """Return the names of the areas that agreements are of, by code."""
    return {
        code: naam
        for town in {one.row.municipality_code for one in found}
        for level in area_names(session, town).values()
        for code, naam in level.items()
    }


def _edited(
    visit: Visit,
    public_id: str,
    *,
    typed: dict[str, str] | None = None,
    faults: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    with visit.database.read() as session:
        row = _held(session, visit, public_id)
        offered = agreement_form.choices(session, visit.viewer, row.municipality_code, row.gebied)
        partner = session.get(Partner, row.partner_id) if row.partner_id is not None else None
        meeting = session.get(Meeting, row.meeting_id) if row.meeting_id is not None else None
        kept = agreement_form.kept(row, partner.public_id if partner else "", offered)
    context: dict[str, Any] = {"rij": row, "bijeenkomst": meeting, "nieuw": typed or kept, **offered}
    return render(
        visit.request,
        "afspraak.html",
        context | {"faults": faults or {}},
        status=status,
        example=row.example,
    )


def _held(session: Session, visit: Visit, public_id: str) -> Agreement:
    """Return an agreement that somebody may change; 404 for any other."""
    row = own_agreements.to_change(session, visit.viewer, public_id)
    if row is None:
        raise HTTPException(404)
    return row
