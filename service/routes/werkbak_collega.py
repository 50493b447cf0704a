"""The werkbak: asking a colleague of another department about a melding."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import Response
from pydantic import BeforeValidator, Field
from sqlalchemy.orm import Session

from data import colleagues
from data.models import Melding
from service.analysis.workbench import today
from service.desk_forms import Handled
from service.melding_desk import DeskDep, need, perform
from service.staff_text import Line

router = APIRouter(include_in_schema=False)


class Asked(Handled):
    """Which colleague is asked what, and by when."""

    collega: str = Field("", max_length=120)
    vraag: Line = ""
    dag: Annotated[date | None, BeforeValidator(lambda value: value or None)] = None


@router.post("/werkbak/{public_id}/collega")
def ask(desk: DeskDep, form: Annotated[Asked, Form()]) -> Response:
    """Ask a colleague about a melding."""

    def act(session: Session, melding: Melding) -> None:
        name = need(form.collega, "werkbak.mist_collega")
        question = need(form.vraag, "werkbak.mist_vraag")
        due = need(form.dag, "werkbak.mist_dag")
        actor = desk.staff.account
        colleagues.ask(session, melding, name, question, due_on=due, today=today(), actor=actor)

    return perform(desk, form, act, done="collega")
