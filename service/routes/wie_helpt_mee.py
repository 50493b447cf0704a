"""Wie helpt mee: the residents who offered to help, and introducing two of them to each other."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Final

from fastapi import APIRouter, Form, HTTPException, Query
from fastapi.responses import RedirectResponse, Response

from data import help_offers, introductions
from data.introductions import LONGEST_REASON, WrongIntroduction
from data.partner_models import HelpOffer, Introduction
from data.reach import Reach
from data.rights import Right
from service.analysis.words import sentence
from service.analysis.workbench import today
from service.own_form import Reading, Sending, Visit
from service.own_towns import own_towns
from service.pages import render
from service.routes.api.shapes import GemeenteCode
from service.routes.partners import choices_of
from service.staff_text import Line

router = APIRouter(include_in_schema=False)
PAGE: Final = "/wie-helpt-mee"
Name = Annotated[str, Query(max_length=60)]
Chosen = Annotated[str, Form(max_length=22)]


@router.get(PAGE)
def overview(
    visit: Reading,
    gemeente: Annotated[GemeenteCode | None, Query()] = None,
    thema: Name = "",
    gebied: Name = "",
    klaar: str = "",
) -> Response:
    """Show who offered to help, by gebied and theme, without their addresses."""
    return _page(visit, gemeente, thema=thema, gebied=gebied, done=klaar == "gevraagd")


@router.post(f"{PAGE}/kennismaking")
def propose(
    visit: Sending,
    gemeente: Annotated[GemeenteCode, Form()],
    een: Chosen = "",
    ander: Chosen = "",
    waarom: Annotated[Line, Form()] = "",
) -> Response:
    """Ask two residents whether they want to meet."""
    try:
        with visit.database.write() as session:
            own_towns(session, visit, Right.PARTNERS, gemeente)
            known = help_offers.running(session, visit.viewer, gemeente, today=today())
            by_name = {one.public_id: one for one in known}
            if een not in by_name or ander not in by_name:
                raise WrongIntroduction("kies twee bewoners uit de lijst")
            moment = datetime.now(UTC)
            introductions.propose(
                session, by_name[een], by_name[ander], waarom, actor=visit.actor, now=moment
            )
    except WrongIntroduction as wrong:
        fault = sentence(str(wrong))
        return _page(visit, gemeente, fault=fault, typed=(een, ander, waarom), status=400)
    return RedirectResponse(f"{PAGE}?gemeente={gemeente}&klaar=gevraagd", 303)


@router.post(f"{PAGE}/{{naam}}/weg")
def remove(visit: Sending, naam: str) -> Response:
    """Take an offer away, as when somebody asks that by phone."""
    with visit.database.write() as session:
        row = help_offers.find(session, naam)
        town = row.municipality_code if row else ""
        if row is None or row not in help_offers.running(session, visit.viewer, town, today=today()):
            raise HTTPException(404)
        help_offers.withdraw(session, row, actor=visit.actor)
    return RedirectResponse(f"{PAGE}?gemeente={town}", 303)


def _page(
    visit: Visit,
    gemeente: str | None,
    *,
    thema: str = "",
    gebied: str = "",
    done: bool = False,
    fault: str = "",
    typed: tuple[str, str, str] = ("", "", ""),
    status: int = 200,
) -> Response:
    with visit.database.read() as session:
        own = own_towns(session, visit, Right.PARTNERS, gemeente)
        town = own.chosen.code
        all_here = help_offers.running(session, visit.viewer, town, today=today())
        found = help_offers.running(session, visit.viewer, town, area=gebied, theme=thema, today=today())
        reach = Reach(session)
        by_id = {one.id: one for one in all_here}
        context = {
            "gemeenten": own.towns,
            "gemeente": own.chosen,
            "aanbod": found,
            "iedereen": all_here,
            "waar": {one.id: reach.name(one.area) for one in all_here},
            "kennismakingen": _seen(introductions.of_town(session, town), by_id),
            "thema": thema,
            "gebied": gebied,
            "done": done,
            "fault": fault,
            "typed": typed,
            "langst": LONGEST_REASON,
            **choices_of(session, town),
        }
    example = any(one.example for one in found)
    return render(visit.request, "wie_helpt_mee.html", context, status=status, example=example)


def _seen(
    rows: Sequence[Introduction], by_id: dict[int, HelpOffer]
) -> list[tuple[Introduction, HelpOffer, HelpOffer]]:
    """Return the introductions of which this viewer may know both."""
    return [
        (row, by_id[row.one_id], by_id[row.other_id])
        for row in rows
        if row.one_id in by_id and row.other_id in by_id
    ]
