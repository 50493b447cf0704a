"""The werkbak: meldingen joined and taken apart, and passed on to who solves them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import Response
from pydantic import Field
from sqlalchemy.orm import Session

from data import incidents, parties
from data.handling import NotAllowed
from data.models import Melding
from service.desk_forms import Handled
from service.melding_desk import DeskDep, need, perform
from service.texts import catalogue

router = APIRouter(include_in_schema=False)


class Joined(Handled):
    """The melding that is about the same."""

    met: str = Field("", max_length=40)


class PassedOn(Handled):
    """The party that solves a melding, and whether the reporter agreed to give it the contact data."""

    partij: str = Field("", max_length=80)
    contact: bool = False


@router.post("/werkbak/{public_id}/samen")
def join(desk: DeskDep, form: Annotated[Joined, Form()]) -> Response:
    """Join a melding with another that is about the same."""

    def act(session: Session, melding: Melding) -> None:
        need(form.met, "werkbak.mist_met")
        other = incidents.other_of(session, desk.viewer, form.met)
        if other is None:
            raise NotAllowed("deze melding bestaat niet, of u mag haar niet zien")
        note = catalogue().text("werkbak.samen_bericht")
        incidents.join(session, melding, other, actor=desk.staff.account, note=note)

    return perform(desk, form, act, done="samen", beside=form.met)


@router.post("/werkbak/{public_id}/los")
def take_out(desk: DeskDep, form: Annotated[Handled, Form()]) -> Response:
    """Take a melding away from those about the same."""

    def act(session: Session, melding: Melding) -> None:
        incidents.take_out(session, melding, actor=desk.staff.account)

    return perform(desk, form, act, done="los")


@router.post("/werkbak/{public_id}/doorsturen")
def pass_on(desk: DeskDep, form: Annotated[PassedOn, Form()]) -> Response:
    """Pass a melding on to the party that solves it."""

    def act(session: Session, melding: Melding) -> None:
        need(form.partij, "werkbak.mist_partij")
        parties.forward(session, melding, form.partij, actor=desk.staff.account, contact=form.contact)

    return perform(desk, form, act, done="doorgestuurd")
