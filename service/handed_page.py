"""Handed page: one melding that was handed to a colleague or a partner, with the form to say how it went."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from fastapi import HTTPException
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session

from data.handed_on import HandedOn
from data.handling import NotAllowed
from data.visibility import Viewer
from service.analysis.words import sentence
from service.analysis.workbench import today
from service.own_form import Visit
from service.pages import render
from service.staff_text import LONGEST_NOTE


class Handed(Protocol):
    """What was handed to somebody: a question, or a job."""

    @property
    def seen(self) -> HandedOn:
        """The melding as its reader outside the desk sees it."""

    def is_late(self, today: date) -> bool:
        """Whether its time is over while it is not done."""


class Find(Protocol):
    """Finds what was handed to a viewer."""

    def __call__(self, session: Session, viewer: Viewer, number: int, /, *, today: date) -> Handed | None:
        """Return what has this number; None when there is nothing to see."""


@dataclass(frozen=True, slots=True)
class HandedPage:
    """The page of one kind: where it is, its template, who finds what it shows, and the text when done."""

    address: str
    template: str
    find: Find
    done: str

    def show(
        self,
        visit: Visit,
        number: int,
        *,
        done: bool = False,
        fault: str = "",
        typed: str = "",
        status: int = 200,
    ) -> Response:
        """Return the page; 404 when this viewer has no such number."""
        with visit.database.read() as session:
            found = self.find(session, visit.viewer, number, today=today())
        if found is None:
            raise HTTPException(404)
        context = {
            "gegeven": found,
            "te_laat": found.is_late(today()),
            "done": self.done if done else "",
            "fault": fault,
            "typed": typed,
            "langst": LONGEST_NOTE,
        }
        return render(visit.request, self.template, context, status=status, example=found.seen.example)

    def take_in(
        self, visit: Visit, number: int, act: Callable[[Session], object | None], *, typed: str
    ) -> Response:
        """Do what was sent and go back to the page; a refusal keeps what was typed."""
        try:
            with visit.database.write() as session:
                found = act(session)
        except NotAllowed as refused:
            fault = sentence(str(refused))
            return self.show(visit, number, fault=fault, typed=typed, status=409)
        if found is None:
            raise HTTPException(404)
        return RedirectResponse(f"{self.address}/{number}?klaar=ja", 303)
