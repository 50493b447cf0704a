"""Ideas of residents: initiatieven with status `idee` that nobody else sees before they are released."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from sqlalchemy import ColumnElement, Row, Select, func, select
from sqlalchemy.orm import Session

from data import audit, gebieden, polls, visibility
from data.database import Database
from data.handling import NotAllowed
from data.intake import REPORTER, NotOurs
from data.intake_models import Idea
from data.letters import (
    Kind,
    Letter,
    Receipt,
    Sent,
    Settle,
    StoredLetter,
    contact_of,
    now,
    replay,
    store_once,
    tell_of_answer,
    tell_of_arrival,
    term,
)
from data.melding_words import public_ids
from data.models import Initiatief, InitiatiefArea
from data.owners import BuurtFinder
from data.polls import Answer, Channel
from data.rights import Right
from data.sources import SourceCard, SourceKind, register_source
from data.text_masking import masked_text
from data.visibility import Viewer
from geo.crs import to_rd
from geo.exposure import AMSTERDAM

STATUS: Final = "idee"
OBJECT: Final = "initiatief"
Pair = Row[Initiatief, Idea]


def suggest(
    database: Database,
    letter: Letter,
    *,
    finders: Sequence[BuurtFinder],
    settle: Settle,
    key: str,
    secret: bytes,
) -> Receipt:
    """Store an idea as an initiatief that is not released; once this returns it is durable.

    The same key with the same content gives the first receipt again; with another content KeyReused.
    NotOurs for a place outside the gemeente. A BSN is left out.
    """
    letter = letter.without_bsn()
    owners = _owners(letter, finders)

    def find(session: Session, sent: Sent) -> Receipt:
        query = (
            select(Initiatief.public_id, Idea)
            .join(Idea, Idea.initiatief_id == Initiatief.id)
            .where(Idea.key_hash == sent.key_hash)
        )
        known = session.execute(query).one_or_none()
        return replay(known[1] if known else None, known[0] if known else "", sent)

    def keep(session: Session, sent: Sent) -> Receipt:
        checked = settle(session) is None
        said = _said(session, letter, owners)
        polls.keep_beside(session, said, checked=checked, on=_today(), key=sent.key_hash, secret=secret)
        return _keep(session, letter, owners, sent, checked=checked)

    return store_once(database, letter, key=key, secret=secret, find=find, keep=keep)


def own_idea(session: Session, public_id: str) -> StoredLetter | None:
    """Return an idea for who has its secret link."""
    found = session.execute(_ideas().where(Initiatief.public_id == public_id)).one_or_none()
    return None if found is None else _stored(found)


def waiting(session: Session, viewer: Viewer, *, offset: int, limit: int) -> list[StoredLetter]:
    """Return a page of the ideas that this viewer can still answer, the first term first."""
    query = _seen_by(viewer).where(_pile(answered=False)).order_by(Idea.due_on, Initiatief.id)
    return [_stored(row) for row in session.execute(query.offset(offset).limit(limit))]


def answered(session: Session, viewer: Viewer, *, offset: int, limit: int) -> list[StoredLetter]:
    """Return a page of the ideas that were answered and that this viewer may see, the last first."""
    query = _seen_by(viewer).where(_pile(answered=True)).order_by(Idea.answered_at.desc(), Initiatief.id)
    return [_stored(row) for row in session.execute(query.offset(offset).limit(limit))]


def count(session: Session, viewer: Viewer, *, answered: bool) -> int:
    """Return how many ideas this viewer can still answer, or sees with their answer."""
    query = _seen_by(viewer).where(_pile(answered)).with_only_columns(func.count())
    return session.scalar(query) or 0


def idea_for(session: Session, viewer: Viewer, public_id: str) -> StoredLetter | None:
    """Return an idea for staff; None when there is none that this viewer may see."""
    found = session.execute(_seen_by(viewer).where(Initiatief.public_id == public_id)).one_or_none()
    return None if found is None else _stored(found)


def answer(session: Session, viewer: Viewer, public_id: str, text: str) -> StoredLetter | None:
    """Answer an idea and return it; one that has an answer keeps that one. None when it is not theirs."""
    found = _take_up(session, viewer, public_id)
    if found is None:
        return None
    idea = found[1]
    if idea.answer is None:
        moment = now()
        idea.answer, idea.answered_at, idea.answered_by = text, moment, viewer.account
        tell_of_answer(session, idea, Kind.IDEA, public_id, moment)
        _note(session, viewer.account or "", "idee.beantwoord", public_id)
    return _stored(found)


def release(
    session: Session, viewer: Viewer, public_id: str, *, shown: bool, title: str
) -> StoredLetter | None:
    """Let everybody see an idea among the initiatieven, or take that back; None when it is not theirs.

    It is for who answers ideas and may show texts of residents to all. `title` is what everybody reads in
    the place of what was sent; an empty one leaves out what our rules take for somebody's data. NotAllowed
    without the consent of who had the idea.
    """
    found = _take_up(session, viewer.only(Right.MODERATE), public_id)
    if found is None:
        return None
    initiatief, idea = found
    if shown and not idea.may_publish:
        raise NotAllowed("de indiener heeft niet gezegd dat anderen dit idee mogen lezen")
    if shown:
        initiatief.titel = title or masked_text(initiatief.titel)
    if initiatief.released != shown:
        initiatief.released = shown
        _note(session, viewer.account or "", "idee.zichtbaar" if shown else "idee.verborgen", public_id)
    return _stored(found)


def _ideas() -> Select[Initiatief, Idea]:
    return select(Initiatief, Idea).join(Idea, Idea.initiatief_id == Initiatief.id)


def _pile(answered: bool) -> ColumnElement[bool]:
    return Idea.answer.is_not(None) if answered else Idea.answer.is_(None)


def _seen_by(viewer: Viewer) -> Select[Initiatief, Idea]:
    return _ideas().where(visibility.letters(viewer, Initiatief.municipality_code, Idea.wijk))


def _take_up(session: Session, viewer: Viewer, public_id: str) -> Pair | None:
    query = _seen_by(viewer).where(Initiatief.public_id == public_id).with_for_update()
    return session.execute(query).one_or_none()


def _owners(letter: Letter, finders: Sequence[BuurtFinder]) -> dict[int, str | None]:
    if letter.place is None:
        raise NotOurs("dit idee heeft geen plek")
    rd = to_rd(letter.place.point)
    owners = {finder.year: finder.find([rd.x], [rd.y])[0] for finder in finders}
    if not any(owner and owner[2:6] == letter.gemeente[2:] for owner in owners.values()):
        raise NotOurs("deze plek ligt niet in een van onze wijken")
    return owners


def _keep(
    session: Session, letter: Letter, owners: dict[int, str | None], sent: Sent, *, checked: bool
) -> Receipt:
    moment = now()
    initiatief = _initiatief(session, letter, moment)
    session.add(initiatief)
    session.flush()
    session.add_all(
        InitiatiefArea(initiatief_id=initiatief.id, edition=year, buurt=buurt)
        for year, buurt in owners.items()
    )
    idea = Idea(
        initiatief_id=initiatief.id,
        key_hash=sent.key_hash,
        fingerprint=sent.fingerprint,
        wijk=letter.wijk,
        may_publish=letter.may_publish,
        theme=letter.theme or None,
        needs_help=letter.needs_help,
        received_at=moment,
        due_on=term(letter, moment),
        **contact_of(letter, checked=checked),
    )
    session.add(idea)
    tell_of_arrival(session, letter, initiatief.public_id, checked=checked, at=moment)
    _note(session, REPORTER, "idee.ontvangen", initiatief.public_id)
    return Receipt(initiatief.public_id, idea.due_on)


def _said(session: Session, letter: Letter, owners: dict[int, str | None]) -> Answer:
    """Return what an idea says to the questions of the poll: about the gebied that it lies in, else the wijk.

    It is counted there without the idea, so that the count stays when the idea is taken away.
    """
    buurt = owners[max(owners)]
    indeling = gebieden.load_gebieden(session, letter.gemeente)
    drawn = () if indeling is None else indeling.on(_today()).gebieden
    area = next((one.code for one in drawn if buurt in one.buurten), letter.wijk)
    return Answer(
        gemeente=letter.gemeente,
        area=area or "",
        themes=(letter.theme,) if letter.theme and area else (),
        knows_not_how=letter.needs_help and bool(area),
        channel=Channel.IDEA,
    )


def _initiatief(session: Session, letter: Letter, moment: datetime) -> Initiatief:
    assert letter.place is not None
    public_id = public_ids(1)[0]
    rd = to_rd(letter.place.point)
    return Initiatief(
        public_id=public_id,
        municipality_code=letter.gemeente,
        source_id=_source(session, letter.gemeente, moment),
        source_ref=public_id,
        titel=letter.title,
        text=letter.text,
        status=STATUS,
        stored_at=moment,
        address=letter.place.address[:200],
        place_quality=letter.place.quality,
        lon=letter.place.point.lon,
        lat=letter.place.point.lat,
        x=rd.x,
        y=rd.y,
        released=False,
    )


def _source(session: Session, gemeente: str, moment: datetime) -> int:
    """Return the id of the ideas of a town's own residents as a source, made at the first one."""
    card = SourceCard(
        slug=f"ideeen-{gemeente.lower()}",
        kind=SourceKind.INITIATIEVEN,
        naam="Ideeën van inwoners",
        municipality_code=gemeente,
    )
    return register_source(session, card, loaded_at=moment)


def _note(session: Session, actor: str, action: str, public_id: str) -> None:
    audit.record(session, actor=actor, action=action, object_kind=OBJECT, object_id=public_id)


def _stored(found: Pair) -> StoredLetter:
    initiatief, idea = found
    return StoredLetter(
        kind=Kind.IDEA,
        public_id=initiatief.public_id,
        gemeente=initiatief.municipality_code,
        wijk=idea.wijk,
        title=initiatief.titel,
        text=initiatief.text or "",
        address=initiatief.address or "",
        received_at=idea.received_at,
        due_on=idea.due_on,
        answer=idea.answer,
        answered_at=idea.answered_at,
        answered_by=idea.answered_by,
        has_mail=idea.may_mail and bool(idea.email),
        checked=idea.checked,
        may_publish=idea.may_publish,
        released=initiatief.released,
        theme=idea.theme,
        needs_help=idea.needs_help,
    )


def _today() -> date:
    return now().astimezone(AMSTERDAM).date()
