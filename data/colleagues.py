"""Colleagues: officials of another department who are asked about a melding, and answer the coordinator."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from data import accounts, audit, outbox, visibility
from data.account_models import Account, AccountRole
from data.handed_on import HandedOn, handed_on
from data.handling import NotAllowed, is_set_aside
from data.models import Category, Melding
from data.rights import Right, Role
from data.visibility import Viewer
from data.work_along_models import ColleagueTask

ASKED_MAIL: Final = "collega.gevraagd"
ANSWERED_MAIL: Final = "collega.beantwoord"


@dataclass(frozen=True, slots=True)
class Task:
    """A question to a colleague, with the melding that it is about."""

    row: ColleagueTask
    seen: HandedOn

    def is_late(self, today: date) -> bool:
        """Whether the last day for an answer has passed without one."""
        return self.row.answered_at is None and self.row.due_on < today


@dataclass(frozen=True, slots=True)
class Asked:
    """A question about a melding as the desk sees it, with the name of who was asked."""

    row: ColleagueTask
    colleague: str


def colleagues(session: Session, gemeente: str) -> Sequence[str]:
    """Return the names of the accounts of a gemeente that can be asked."""
    return session.scalars(_colleagues(gemeente).with_only_columns(Account.name)).all()


def ask(
    session: Session, melding: Melding, name: str, question: str, *, due_on: date, today: date, actor: str
) -> ColleagueTask:
    """Ask a colleague about a melding, and mail it to the address of the account when it has one.

    NotAllowed for nobody, a day that has passed, or asking twice.
    """
    query = _colleagues(melding.municipality_code).where(Account.name == name)
    colleague = session.scalars(query).one_or_none()
    if colleague is None:
        raise NotAllowed("kies een collega uit de lijst")
    if due_on < today:
        raise NotAllowed("kies een dag die nog komt")
    if is_set_aside(session, melding):
        raise NotAllowed("deze melding is apart gezet")
    waiting = select(ColleagueTask.id).where(
        ColleagueTask.melding_id == melding.id,
        ColleagueTask.account_id == colleague.id,
        ColleagueTask.answered_at.is_(None),
    )
    if session.scalar(waiting) is not None:
        raise NotAllowed("deze collega heeft al een vraag over deze melding")
    task = ColleagueTask(
        melding_id=melding.id,
        account_id=colleague.id,
        asked_at=datetime.now(UTC),
        asked_by=actor,
        question=question,
        due_on=due_on,
    )
    session.add(task)
    session.flush()
    _mail(session, ASKED_MAIL, colleague, task)
    _note(session, melding, actor, "collega.gevraagd", colleague.name)
    return task


def asked_about(session: Session, melding_id: int) -> Sequence[Asked]:
    """Return what colleagues were asked about a melding, the oldest first."""
    query = (
        select(ColleagueTask, Account.name)
        .join(Account, Account.id == ColleagueTask.account_id)
        .where(ColleagueTask.melding_id == melding_id)
        .order_by(ColleagueTask.id)
    )
    return [Asked(row, name) for row, name in session.execute(query)]


def tasks(session: Session, viewer: Viewer, *, today: date) -> list[Task]:
    """Return the questions to this viewer: those that wait first, then the first day."""
    order = (ColleagueTask.answered_at.is_not(None), ColleagueTask.due_on, ColleagueTask.id)
    found = session.execute(_own(session, viewer, today).order_by(*order)).all()
    return [
        Task(row, handed_on(session, melding, kind))
        for row, melding, kind in found
        if not is_set_aside(session, melding)
    ]


def task(session: Session, viewer: Viewer, number: int, *, today: date) -> Task | None:
    """Return one question to this viewer; None when there is none, or its melding was set aside."""
    found = session.execute(_own(session, viewer, today).where(ColleagueTask.id == number)).one_or_none()
    if found is None or is_set_aside(session, found[1]):
        return None
    return Task(found[0], handed_on(session, found[1], found[2]))


def answer(session: Session, viewer: Viewer, number: int, text: str, *, today: date) -> Task | None:
    """Answer a question for good, and mail that to who asked it when that account has an address.

    None when this viewer has no such question, NotAllowed when it has its answer.
    """
    found = task(session, viewer, number, today=today)
    if found is None:
        return None
    if found.row.answered_at is not None:
        raise NotAllowed("deze vraag is al beantwoord")
    found.row.answer, found.row.answered_at = text, datetime.now(UTC)
    melding = session.get_one(Melding, found.row.melding_id)
    _mail(session, ANSWERED_MAIL, accounts.active(session, found.row.asked_by), found.row)
    _note(session, melding, str(viewer.account), "collega.geantwoord", str(viewer.account))
    return found


def _colleagues(gemeente: str) -> Select[Account]:
    return (
        select(Account)
        .join(AccountRole, AccountRole.account_id == Account.id)
        .where(
            Account.municipality_code == gemeente,
            Account.disabled_at.is_(None),
            AccountRole.role == Role.COLLEGA.value,
        )
        .order_by(Account.name)
    )


def _own(session: Session, viewer: Viewer, today: date) -> Select[ColleagueTask, Melding, Category]:
    """Select the questions to a viewer, in the gemeenten where being asked is still their role."""
    return (
        select(ColleagueTask, Melding, Category)
        .join(Melding, Melding.id == ColleagueTask.melding_id)
        .join(Category, Category.id == Melding.category_id)
        .where(
            ColleagueTask.account_id.in_(accounts.working_for(session, viewer.account, today=today)),
            visibility.of_gemeenten(viewer, Right.ASSIGNED_READ, Melding.municipality_code),
        )
    )


def _mail(session: Session, kind: str, account: Account | None, task: ColleagueTask) -> None:
    if account is not None and account.email:
        now = datetime.now(UTC)
        outbox.queue(session, kind=kind, recipient=account.email, payload={"taak": task.id}, now=now)


def _note(session: Session, melding: Melding, actor: str, action: str, colleague: str) -> None:
    audit.record(
        session,
        actor=actor,
        action=action,
        object_kind="melding",
        object_id=melding.public_id,
        detail={"collega": colleague},
    )
