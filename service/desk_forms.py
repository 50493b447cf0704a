"""Desk forms: what the forms of the werkbak send, and what is asked of its queue."""

from __future__ import annotations

from typing import Literal
from urllib.parse import urlencode

from pydantic import BaseModel, Field

from data.choices import Channel, Status
from data.desk import ContactField, Pile
from service.analysis.desk_pages import Choices
from service.routes.api.shapes import FromForm, GemeenteCode
from service.staff_text import Line, NoteText, Reason


class Handled(BaseModel):
    """What every form of the desk sends: the token of the session, and what the page was made of."""

    csrf: str = Field("", max_length=60)
    versie: str = Field("", max_length=16)


class Released(Handled):
    """What everybody may see."""

    tekst: bool = False
    openbaar: NoteText = ""
    foto: list[int] = Field(default_factory=list, max_length=20)


class SetAside(Handled):
    """Why nobody outside may see a melding any more."""

    reden: Reason = ""


class Stepped(Handled):
    """The next status, with a line for residents; `vul` asks for the chosen standard answer in that line."""

    naar: Status | None = None
    regel: Line = ""
    antwoord: int | None = Field(None, ge=1, le=2**53)
    vul: bool = False


class Noted(Handled):
    """A private note."""

    notitie: NoteText = ""


class Reclassed(Handled):
    """Another soort."""

    soort: str = Field("", max_length=120)


class ContactAsked(Handled):
    """Which contact datum is needed, and why."""

    veld: ContactField | None = None
    waarom: Reason = ""


class QueueQuestion(FromForm):
    """What is asked of the queue; what a form leaves empty counts as not asked."""

    stapel: Pile = Pile.CHECK
    gemeente: GemeenteCode | None = None
    wijk: str | None = Field(None, max_length=60)
    soort: str | None = Field(None, max_length=120)
    stand: Status | None = None
    kanaal: Channel | None = None
    telaat: Literal["ja"] | None = None
    wacht: Literal["ja"] | None = None
    pagina: int = Field(1, ge=1, le=100_000)
    klaar: str = Field("", max_length=20)

    @property
    def choices(self) -> Choices:
        """What is chosen of the queue."""
        return Choices(
            self.stapel,
            self.gemeente,
            self.wijk,
            self.soort,
            self.stand,
            self.kanaal,
            late=self.telaat is not None,
            waits=self.wacht is not None,
        )

    @property
    def more(self) -> int:
        """How many of the choices that are folded away are made."""
        return sum(one is not None for one in (self.stand, self.kanaal, self.telaat, self.wacht))

    def query(self, **changes: object) -> str:
        """Return the query of this question with changes; a new pile begins at its first page."""
        asked = self.model_dump(mode="json", exclude_none=True, exclude={"pagina", "klaar"})
        return urlencode(asked | changes)
