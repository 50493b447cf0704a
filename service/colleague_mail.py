"""The mails between who asks about a melding and a colleague: that there is something to read, and where.

What was asked and answered, and the melding itself, stand behind the login.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from data.account_models import Account
from data.colleagues import ASKED_MAIL
from data.handling import is_set_aside
from data.models import Category, Melding, Municipality
from data.outbox import Mail
from data.work_along_models import ColleagueTask
from service.analysis.words import day_text
from service.mail_words import Draft


def colleague_mail(session: Session, mail: Mail, site: str) -> Draft | None:
    """Return what a mail of either kind says; None when there is nothing to tell any more."""
    made = asked_mail if mail.kind == ASKED_MAIL else answered_mail
    return made(session, mail, site)


def asked_mail(session: Session, mail: Mail, site: str) -> Draft | None:
    """Return what a colleague is told; None when it was answered or taken away, or for who is not there."""
    task = session.get(ColleagueTask, mail.payload["taak"])
    if (
        task is None
        or task.answered_at is not None
        or not _is_of(session, mail, Account.id == task.account_id)
    ):
        return None
    melding = session.get_one(Melding, task.melding_id)
    if is_set_aside(session, melding):
        return None
    return _draft(session, mail, task, melding, f"{site}/taken/{task.id}")


def answered_mail(session: Session, mail: Mail, site: str) -> Draft | None:
    """Return what who asked is told; None when the question was taken away, or for who is not there."""
    task = session.get(ColleagueTask, mail.payload["taak"])
    if task is None or not _is_of(session, mail, Account.name == task.asked_by):
        return None
    melding = session.get_one(Melding, task.melding_id)
    return _draft(session, mail, task, melding, f"{site}/werkbak/{melding.public_id}#collega-kop")


def _is_of(session: Session, mail: Mail, which: ColumnElement[bool]) -> bool:
    """Return whether the address is still the one of this account, and the account still works."""
    query = select(Account.id).where(which, Account.disabled_at.is_(None), Account.email == mail.recipient)
    return session.scalar(query) is not None


def _draft(session: Session, mail: Mail, task: ColleagueTask, melding: Melding, link: str) -> Draft:
    kind = session.get_one(Category, melding.category_id)
    town = session.get_one(Municipality, melding.municipality_code)
    values = {"taak": task.id, "soort": kind.naam.lower(), "dag": day_text(task.due_on)}
    return Draft(mail.kind, values=values, link=link, gemeente=town.naam)
