"""Mail contents: what a mail from the outbox says when it leaves, looked up at that moment.

The outbox holds names only. What was withdrawn, stopped or never confirmed meanwhile is not told: then
there is no mail.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from sqlalchemy.orm import Session

from data import (
    choice_reactions,
    colleagues,
    followers,
    forwarding,
    help_offers,
    introductions,
    parties,
    privacy_requests,
    registrations,
    subscriptions,
)
from data.database import Database
from data.outbox import Mail
from service import following_mail, help_mail, letter_mail, request_mail
from service.agreement_mail import AFTER, after_mail
from service.choice_mail import choice_mail
from service.colleague_mail import colleague_mail
from service.forwarding import forwarding_mail
from service.invitation_mail import INVITED, invitation_mail
from service.mail_words import Draft
from service.mailing import Mailing
from service.meeting_mail import meeting_mail
from service.passing_on import passed_on_mail
from service.settings import Settings

Maker = Callable[[Mailing], Draft | None]


class Contents:
    """Looks up what a mail says; None when there is nothing to tell any more."""

    def __init__(self, database: Database, settings: Settings, secret: bytes) -> None:
        self._database = database
        self._settings = settings
        self._secret = secret

    def __call__(self, mail: Mail) -> Draft | None:
        """Return what to write for a mail; KeyError for a kind or a payload that nobody knows."""
        made = KINDS[mail.kind]
        with self._database.read() as session:
            return made(Mailing(session, mail, self._settings, self._secret))


def _alarm(mailing: Mailing) -> Draft:
    """Tell who keeps the service running that something needs a look."""
    return Draft(mailing.mail.kind, values=mailing.mail.payload, link=f"{mailing.site}/bronnen")


def _mail_alarm(mailing: Mailing) -> Draft:
    """Tell who keeps the service running that a mail could not be delivered."""
    return Draft(mailing.mail.kind, values=mailing.mail.payload)


def _colleague(mailing: Mailing) -> Draft | None:
    return colleague_mail(mailing.session, mailing.mail, mailing.site)


def _of(made: Callable[[Session, Mail], Draft | None]) -> Maker:
    return lambda one: made(one.session, one.mail)


def _with_link(made: Callable[[Session, Mail, str, bytes], Draft | None]) -> Maker:
    return lambda one: made(one.session, one.mail, one.site, one.secret)


def _with_settings(made: Callable[[Session, Mail, Settings, bytes], Draft | None]) -> Maker:
    return lambda one: made(one.session, one.mail, one.settings, one.secret)


KINDS: Final[Mapping[str, Maker]] = MappingProxyType(
    {
        followers.CONFIRM: following_mail.confirm_address,
        followers.RECEIPT: following_mail.receipt,
        followers.STEP: following_mail.step,
        subscriptions.CONFIRM: following_mail.confirm_subscription,
        subscriptions.ALREADY: following_mail.about_subscription,
        subscriptions.ENDING: following_mail.about_subscription,
        subscriptions.NEWS: following_mail.news,
        "vraag.ontvangen": letter_mail.question,
        "vraag.beantwoord": letter_mail.question,
        "vraag.nieuw": letter_mail.new_question,
        "idee.ontvangen": letter_mail.idea,
        "idee.beantwoord": letter_mail.idea,
        "idee.nieuw": letter_mail.new_idea,
        privacy_requests.NEW: request_mail.new_request,
        privacy_requests.RECEIVED: request_mail.request,
        privacy_requests.EXTENDED: request_mail.request,
        privacy_requests.ANSWERED: request_mail.request_answered,
        forwarding.MAIL: _of(forwarding_mail),
        parties.MAIL: _of(passed_on_mail),
        colleagues.ASKED_MAIL: _colleague,
        colleagues.ANSWERED_MAIL: _colleague,
        choice_reactions.ASKED_MAIL: _with_link(choice_mail),
        choice_reactions.REMINDER_MAIL: _with_link(choice_mail),
        choice_reactions.CHOSEN_MAIL: _with_link(choice_mail),
        choice_reactions.WITHDRAWN_MAIL: _with_link(choice_mail),
        **dict.fromkeys(INVITED, _with_settings(invitation_mail)),
        registrations.RECEIPT: _with_settings(meeting_mail),
        registrations.MOVED: _with_settings(meeting_mail),
        registrations.CALLED_OFF: _with_settings(meeting_mail),
        registrations.REMINDER: _with_settings(meeting_mail),
        help_offers.CONFIRM: _with_link(help_mail.confirm_mail),
        introductions.ASK: _with_link(help_mail.introduction_mail),
        introductions.TOGETHER: _with_link(help_mail.introduction_mail),
        **dict.fromkeys(AFTER, _with_link(after_mail)),
        "alarm": _alarm,
        "mail.alarm": _mail_alarm,
    }
)
