"""Handing over: what a successor needs to know of a gebied, and a search over all of that."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from data import agreements, meetings, partners, theme_choices, year_evaluations
from data.agreements import AgreementState
from data.evaluations import WORDS
from data.meeting_models import Agreement, Evaluation, Meeting
from data.partner_models import Partner
from data.reach import Reach
from data.rights import Right
from data.theme_choices import ChoiceState
from data.theme_models import Signal, ThemeChoice
from data.visibility import Viewer, of_gemeenten
from geo.exposure import local_day

MOST_MEETINGS: Final = 200
MOST_SIGNALS: Final = 200
MOST_FOUND: Final = 100
SHORTEST: Final = 2
EXCERPT: Final = 160


@dataclass(frozen=True, slots=True)
class GebiedFile:
    """A gebied for a successor: promises are what the gemeente itself agreed to do."""

    choices: Sequence[ThemeChoice]
    coming: Sequence[Meeting]
    held: Sequence[Meeting]
    promises: tuple[Agreement, ...]
    agreed: tuple[Agreement, ...]
    ended: tuple[Agreement, ...]
    partners: Sequence[Partner]
    signals: Sequence[Signal]
    evaluation: year_evaluations.Summary
    words: tuple[str, ...]

    @property
    def example(self) -> bool:
        """Whether something in it is made up."""
        rows: tuple[ThemeChoice | Meeting | Agreement | Partner | Signal, ...] = (
            *self.choices, *self.coming, *self.held, *self.promises, *self.agreed, *self.partners,
            *self.signals,
        )  # fmt: skip
        return any(one.example for one in rows)


@dataclass(frozen=True, slots=True)
class Found:
    """Something that a search found: what it is, its title and words, where it stands, and its day."""

    kind: str
    title: str
    excerpt: str
    address: str
    gebied: str
    day: date | None


def file_of(session: Session, viewer: Viewer, gemeente: str, gebied: str, *, now: datetime) -> GebiedFile:
    """Return the file of a gebied, for who plans meetings in its gemeente."""
    agreed = agreements.of_gebied(session, viewer, gemeente, gebied)
    waiting = [one for one in agreed if one.state == AgreementState.OPEN]
    own = {one.id for one in waiting if agreements.is_promise(session, one)}
    reach = Reach(session)
    heard = session.scalars(
        select(Signal)
        .where(_own(viewer, Signal), Signal.municipality_code == gemeente)
        .order_by(Signal.at.desc())
    )
    near = [one for one in heard if reach.overlap([gebied], [one.area])]
    only = {"gebieden": [gebied], "now": now, "limit": MOST_MEETINGS}
    return GebiedFile(
        choices=theme_choices.choices(session, viewer, gemeente, gebied=gebied),
        coming=meetings.upcoming(session, viewer, gemeente, **only),  # type: ignore[arg-type]
        held=meetings.past(session, viewer, gemeente, **only),  # type: ignore[arg-type]
        promises=tuple(one for one in waiting if one.id in own),
        agreed=tuple(one for one in waiting if one.id not in own),
        ended=tuple(one for one in agreed if one.state != AgreementState.OPEN),
        partners=partners.of(session, viewer, gemeente, gebied=gebied),
        signals=near[:MOST_SIGNALS],
        evaluation=year_evaluations.summary(session, gemeente, gebied, today=local_day(now)),
        words=tuple(_written(session, viewer, gemeente, gebied)),
    )


def search(session: Session, viewer: Viewer, gemeente: str, text: str) -> list[Found]:
    """Return what holds all these words in a gemeente, the newest first; nothing for fewer than two signs."""
    words = text.casefold().split()
    if len("".join(words)) < SHORTEST:
        return []
    hits = [
        found
        for found, said in _everything(session, viewer, gemeente)
        if all(word in said.casefold() for word in words)
    ]
    hits = [
        Found(one.kind, one.title, _around(one.excerpt, words), one.address, one.gebied, one.day)
        for one in hits
    ]
    return sorted(hits, key=lambda one: one.day or date.min, reverse=True)[:MOST_FOUND]


def _everything(session: Session, viewer: Viewer, gemeente: str) -> Iterator[tuple[Found, str]]:
    """Yield everything that this viewer may read of a gemeente, with all its words."""
    yield from _choices(session, viewer, gemeente)
    yield from _meetings(session, viewer, gemeente)
    yield from _agreements(session, viewer, gemeente)
    for one in partners.of(session, viewer, gemeente):
        said = _joined(one.organisation, one.role, one.naam)
        address = f"/partners/{one.public_id}"
        yield Found("partner", one.organisation, said, address, "", one.confirmed_on), said
    query = select(Signal).where(_own(viewer, Signal), Signal.municipality_code == gemeente)
    for row in session.scalars(query):
        address = f"/signalen?gemeente={gemeente}"
        yield Found("signaal", row.theme, row.text, address, row.area, local_day(row.at)), row.text
    yield from _evaluations(session, viewer, gemeente)


def _choices(session: Session, viewer: Viewer, gemeente: str) -> Iterator[tuple[Found, str]]:
    for one in theme_choices.choices(session, viewer, gemeente):
        theme = theme_choices.theme_name(one, one.theme) if one.theme else ""
        proposed = " ".join(theme_choices.theme_name(one, slug) for slug in one.proposed)
        said = _joined(one.told, one.facts, one.withdrawn_why)
        shown = theme if one.state == ChoiceState.GEKOZEN else ""
        found = Found(
            "keuze",
            shown or one.period,
            said,
            f"/keuzes/{one.public_id}",
            one.gebied,
            local_day(one.created_at),
        )
        yield found, _joined(theme, proposed, said)


def _meetings(session: Session, viewer: Viewer, gemeente: str) -> Iterator[tuple[Found, str]]:
    query = meetings.seen_by(viewer).where(Meeting.municipality_code == gemeente)
    for one in session.scalars(query):
        said = _joined(one.intro, one.place, one.report)
        address = f"/bijeenkomsten/{one.public_id}/verslag"
        found = Found("bijeenkomst", one.titel, said, address, one.gebied, local_day(one.starts_at))
        yield found, _joined(one.titel, said)


def _agreements(session: Session, viewer: Viewer, gemeente: str) -> Iterator[tuple[Found, str]]:
    query = select(Agreement).where(_own(viewer, Agreement), Agreement.municipality_code == gemeente)
    for one in session.scalars(query):
        said = _joined(one.owner, one.outcome)
        address = f"/overdracht/{one.gebied}"
        yield Found("afspraak", one.text, said, address, one.gebied, one.due_on), _joined(one.text, said)


def _evaluations(session: Session, viewer: Viewer, gemeente: str) -> Iterator[tuple[Found, str]]:
    query = select(Evaluation).where(_own(viewer, Evaluation), Evaluation.municipality_code == gemeente)
    for one in session.scalars(query):
        if said := str(one.answers.get(WORDS, "")):
            address = f"/overdracht/{one.gebied}"
            yield Found("evaluatie", str(one.year), said, address, one.gebied, one.day), said


def _written(session: Session, viewer: Viewer, gemeente: str, gebied: str) -> Iterator[str]:
    """Yield what people wrote in evaluations of a gebied, the newest first."""
    query = select(Evaluation).where(
        _own(viewer, Evaluation), Evaluation.municipality_code == gemeente, Evaluation.gebied == gebied
    )
    for one in session.scalars(query.order_by(Evaluation.id.desc())):
        if one.answers.get(WORDS):
            yield str(one.answers[WORDS])


def _own(viewer: Viewer, table: type[Signal | Agreement | Evaluation]) -> ColumnElement[bool]:
    return of_gemeenten(viewer, Right.MEETINGS, table.municipality_code)


def _joined(*parts: str | None) -> str:
    return " ".join(one for one in parts if one)


def _around(text: str, words: Iterable[str]) -> str:
    """Return the part of a text around the first of these words."""
    places = [text.casefold().find(word) for word in words]
    first = min((one for one in places if one >= 0), default=0)
    begin = max(0, first - EXCERPT // 3)
    part = text[begin : begin + EXCERPT]
    return ("... " if begin else "") + part + (" ..." if begin + EXCERPT < len(text) else "")
