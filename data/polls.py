"""Polls: what people say lives in a gebied or wijk, without a name, and how many of them say it.

Staff count all of it at once; everybody reads rounds that are over (`data.poll_rounds`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from sqlalchemy import Select, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from data import audit, themes
from data.database import Database
from data.letters import Settle, keyed
from data.meeting_models import Meeting
from data.theme_models import PollAnswer
from geo.disclosure import SHOWN_FROM

MOST_THEMES: Final = 3
LONGEST_WORDS: Final = 300
MOST_MEETINGS: Final = 10
OBJECT: Final = "peiling"
RESIDENT: Final = "bewoner"
NO_WORDS: Final[Mapping[str, str]] = MappingProxyType({})


class Channel(StrEnum):
    """How an answer came in."""

    WEB = "web"
    MEETING = "bijeenkomst"
    PAPER = "papier"
    IDEA = "idee"
    EXAMPLE = "voorbeeld"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one person answers about an area; `words` is what was typed, by theme that was chosen."""

    gemeente: str
    area: str
    themes: tuple[str, ...]
    wants_activity: bool = False
    knows_not_how: bool = False
    wants_to_help: bool = False
    words: Mapping[str, str] = field(default_factory=lambda: NO_WORDS)
    channel: Channel = Channel.WEB
    meeting_id: int | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing was chosen."""
        return not (self.themes or self.wants_activity or self.knows_not_how or self.wants_to_help)


class Kept(StrEnum):
    """What became of an answer: it counts, it waits until somebody looked, or it was there already."""

    COUNTED = "geteld"
    WAITING = "bewaard"
    ALREADY = "al"


@dataclass(slots=True)
class PollTally:
    """How many people answered about an area, and how many of them said each thing.

    `both` want an activity and do not know how to arrange it. `example` says that answers were made up.
    """

    people: int = 0
    themes: Counter[str] = field(default_factory=Counter)
    wants_activity: int = 0
    knows_not_how: int = 0
    both: int = 0
    wants_to_help: int = 0
    example: bool = False

    def add(self, row: PollAnswer, private: frozenset[str]) -> None:
        """Count an answer; themes that are private are counted per gemeente alone."""
        self.people += 1
        self.themes.update(one for one in row.themes if one not in private)
        self.wants_activity += row.wants_activity
        self.knows_not_how += row.knows_not_how
        self.both += row.wants_activity and row.knows_not_how
        self.wants_to_help += row.wants_to_help
        self.example |= row.example


def keep(database: Database, answer: Answer, *, settle: Settle, on: date, key: str, secret: bytes) -> Kept:
    """Keep what a resident answers, once for each key; once this returns it is durable.

    `settle` gives why a person looks first. Who answers stays unknown: no address, no moment, no account.
    """
    with database.write() as session:
        if _known(session, _hashed(key, secret)):
            return Kept.ALREADY
        checked = settle(session) is None
        row = _row(answer, _hashed(key, secret), on=on, checked=checked)
        if not store(session, [row]):
            return Kept.ALREADY
        _note(session, RESIDENT, "peiling.antwoord", answer.area, 1)
    return Kept.COUNTED if checked else Kept.WAITING


def keep_beside(
    session: Session, answer: Answer, *, checked: bool, on: date, key: str, secret: bytes
) -> None:
    """Keep what somebody answers who sends something else, in that transaction; nothing of an empty one."""
    if not answer.is_empty:
        store(session, [_row(answer, _hashed(key, secret), on=on, checked=checked)])


def enter(session: Session, answer: Answer, *, actor: str, on: date, key: str, secret: bytes) -> bool:
    """Keep an answer on paper, which somebody enters; False when this form was entered already."""
    row = _row(answer, _hashed(key, secret), on=on, checked=True) | {"entered_by": actor}
    if not store(session, [row]):
        return False
    _note(session, actor, "peiling.ingevoerd", answer.area, 1)
    return True


def entered(session: Session, gemeente: str, area: str, *, actor: str, on: date) -> Sequence[PollAnswer]:
    """Return the answers on paper about an area that somebody entered on a day, oldest first."""
    query = answers_of(gemeente).where(
        PollAnswer.area == area, PollAnswer.entered_by == actor, PollAnswer.day == on
    )
    return session.scalars(query.order_by(PollAnswer.id)).all()


def undo(session: Session, gemeente: str, area: str, *, actor: str, on: date) -> bool:
    """Take away what somebody entered last on this day; False when there is nothing.

    Of a day before nothing goes: its round may have been shown to everybody.
    """
    found = entered(session, gemeente, area, actor=actor, on=on)
    if not found:
        return False
    session.execute(delete(PollAnswer).where(PollAnswer.id == found[-1].id))
    _note(session, actor, "peiling.teruggenomen", area, 1)
    return True


def count_in(session: Session, gemeente: str, area: str, *, actor: str, on: date) -> int:
    """Let the answers about an area count that waited for a person, from this day on; how many there were.

    They count in the round of now: one that was shown to everybody never changes.
    """
    waiting = (PollAnswer.municipality_code == gemeente, PollAnswer.area == area, ~PollAnswer.checked)
    done = update(PollAnswer).where(*waiting).values(checked=True, day=on).returning(PollAnswer.id)
    number = len(session.scalars(done).all())
    if number:
        _note(session, actor, "peiling.meegeteld", area, number)
    return number


def throw_away(session: Session, gemeente: str, area: str, *, actor: str) -> int:
    """Take the answers about an area away that waited for a person; how many there were."""
    waiting = (PollAnswer.municipality_code == gemeente, PollAnswer.area == area, ~PollAnswer.checked)
    number = len(session.scalars(delete(PollAnswer).where(*waiting).returning(PollAnswer.id)).all())
    if number:
        _note(session, actor, "peiling.weggegooid", area, number)
    return number


def waiting(session: Session, gemeente: str) -> Counter[str]:
    """Return how many answers wait for a person, by area."""
    query = answers_of(gemeente).where(~PollAnswer.checked).with_only_columns(PollAnswer.area)
    return Counter(session.scalars(query))


def tally(session: Session, gemeente: str, *, since: date | None = None) -> Mapping[str, PollTally]:
    """Return the counts of a gemeente by area, for staff; an answer counts in one area alone."""
    private = private_themes(session, gemeente)
    found: dict[str, PollTally] = {}
    query = answers_of(gemeente).where(PollAnswer.checked)
    for row in session.scalars(query if since is None else query.where(PollAnswer.day >= since)):
        found.setdefault(row.area, PollTally()).add(row, private)
    return found


def private_counts(session: Session, gemeente: str) -> Counter[str]:
    """Return how many people of a whole gemeente chose each private theme, where that are five or more."""
    private = private_themes(session, gemeente)
    query = answers_of(gemeente).where(PollAnswer.checked).with_only_columns(PollAnswer.themes)
    named = Counter(one for chosen in session.scalars(query) for one in chosen if one in private)
    return Counter({theme: n for theme, n in named.items() if n >= SHOWN_FROM})


def words(session: Session, gemeente: str, area: str, *, newest: int) -> list[tuple[str, str]]:
    """Return what was typed about an area, the newest first: pairs of a theme and words."""
    query = answers_of(gemeente).where(PollAnswer.area == area).order_by(PollAnswer.id.desc())
    pairs = (pair for row in session.scalars(query) for pair in row.words.items())
    return [pair for pair, _ in zip(pairs, range(newest), strict=False)]


def meeting_number(session: Session, gemeente: str, public_id: str) -> int | None:
    """Return the number of a meeting of this gemeente that was announced; None for any other name."""
    known = (Meeting.municipality_code == gemeente, Meeting.public_id == public_id)
    return session.scalar(select(Meeting.id).where(*known, Meeting.announced_at.is_not(None)))


def meetings(session: Session, gemeente: str, area: str) -> Sequence[Meeting]:
    """Return the meetings of an area that were announced, the last first."""
    query = select(Meeting).where(Meeting.municipality_code == gemeente, Meeting.gebied == area)
    query = query.where(Meeting.announced_at.is_not(None)).order_by(Meeting.starts_at.desc(), Meeting.id)
    return session.scalars(query.limit(MOST_MEETINGS)).all()


def private_themes(session: Session, gemeente: str) -> frozenset[str]:
    """Return the themes that are never counted per area."""
    return frozenset(one.slug for one in themes.registry(session, gemeente).themes if one.private)


def store(session: Session, rows: Sequence[Mapping[str, object]]) -> int:
    """Add answers and return how many are new: one whose key is there already is left out."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    adding = insert(PollAnswer).on_conflict_do_nothing().returning(PollAnswer.id)
    return len(session.scalars(adding, list(rows)).all())


def _row(answer: Answer, key_hash: str, *, on: date, checked: bool) -> dict[str, object]:
    return {
        "municipality_code": answer.gemeente,
        "area": answer.area,
        "day": on,
        "channel": answer.channel.value,
        "meeting_id": answer.meeting_id,
        "themes": list(answer.themes),
        "wants_activity": answer.wants_activity,
        "knows_not_how": answer.knows_not_how,
        "wants_to_help": answer.wants_to_help,
        "words": dict(answer.words),
        "key_hash": key_hash,
        "checked": checked,
        "example": answer.channel is Channel.EXAMPLE,
    }


def _known(session: Session, key_hash: str) -> bool:
    query = select(PollAnswer.id).where(PollAnswer.key_hash == key_hash)
    return session.scalars(query).one_or_none() is not None


def _hashed(key: str, secret: bytes) -> str:
    return keyed(f"peiling:{key}", secret)


def answers_of(gemeente: str) -> Select[PollAnswer]:
    """Select everything that was answered in a gemeente."""
    return select(PollAnswer).where(PollAnswer.municipality_code == gemeente)


def _note(session: Session, actor: str, action: str, area: str, count: int) -> None:
    audit.record(
        session,
        actor=actor,
        action=action,
        object_kind=OBJECT,
        object_id=area,
        detail={"aantal": count},
    )
