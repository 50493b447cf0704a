"""Mail contents: what a mail from the outbox says when it leaves, looked up at that moment.

The outbox holds names only. What was withdrawn, stopped or never confirmed meanwhile is not told: then
there is no mail.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from data import (
    choice_reactions,
    colleagues,
    followers,
    forwarding,
    help_offers,
    ideas,
    introductions,
    meldingen,
    parties,
    privacy_requests,
    questions,
    registrations,
    subscriptions,
)
from data.choices import Status
from data.database import Database
from data.following_models import Follower, Subscription
from data.intake import tracking_token
from data.intake_models import Intake
from data.letters import Kind, StoredLetter, letter_token
from data.models import Area, Category, Melding, Municipality, StatusChange
from data.outbox import Mail
from data.tokens import Purpose, token
from data.visibility import PUBLIC
from service import colleague_mail, help_mail
from service.agreement_mail import AFTER, after_mail
from service.analysis.words import day_text
from service.choice_mail import choice_mail
from service.forwarding import forwarding_mail
from service.invitation_mail import INVITED, invitation_mail
from service.mail_words import Draft
from service.meeting_mail import meeting_mail
from service.passing_on import passed_on_mail
from service.settings import GemeenteSettings, Settings
from service.texts import catalogue

LONGEST_LIST: Final = 30
FOLLOWER, SUBSCRIPTION = "m", "a"


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
            return made(self, session, mail)

    def confirm_address(self, session: Session, mail: Mail) -> Draft | None:
        """Ask whether this is the address of who follows a melding."""
        follower = followers.find(session, mail.payload["volger"])
        if follower is None or follower.confirmed_at is not None:
            return None
        melding = session.get_one(Melding, follower.melding_id)
        link = self._link("bevestig", Purpose.CONFIRM, FOLLOWER + follower.public_id)
        return self._draft(session, mail, melding.municipality_code, link=link)

    def receipt(self, session: Session, mail: Mail) -> Draft | None:
        """Give a reporter the number and the secret link."""
        follower = _confirmed(session, mail)
        if follower is None:
            return None
        melding = session.get_one(Melding, follower.melding_id)
        intake = session.get(Intake, melding.id)
        if intake is None:
            return None
        number = intake.reference
        values = {
            **self._about(session, melding, Status(melding.status)),
            "nummer": f"{number[:3]} {number[3:6]} {number[6:]}",
        }
        return self._draft(
            session,
            mail,
            melding.municipality_code,
            values=values,
            link=self._own_page(melding),
            stop=self._stop(FOLLOWER + follower.public_id),
        )

    def step(self, session: Session, mail: Mail) -> Draft | None:
        """Tell a follower of a step; who is not the reporter only while everybody may see the melding."""
        follower = _confirmed(session, mail)
        change = session.get(StatusChange, mail.payload["stap"])
        if follower is None or change is None or change.melding_id != follower.melding_id:
            return None
        melding = session.get_one(Melding, follower.melding_id)
        shown = meldingen.one(session, PUBLIC, melding.public_id)
        if not follower.reporter and shown is None:
            return None
        place = shown.buurt if shown is not None else None
        return self._draft(
            session,
            mail,
            melding.municipality_code,
            values=self._about(session, melding, Status(change.to_status)),
            own=change.public_note or "",
            link=self._own_page(melding) if follower.reporter else self._page_of(place),
            stop=self._stop(FOLLOWER + follower.public_id),
        )

    def confirm_subscription(self, session: Session, mail: Mail) -> Draft | None:
        """Ask whether somebody wants mail about a place."""
        found = subscriptions.find(session, mail.payload["abonnement"])
        if found is None or found.confirmed_at is not None:
            return None
        link = self._link("bevestig", Purpose.CONFIRM, SUBSCRIPTION + found.public_id)
        values = {"plek": found.label}
        return self._draft(session, mail, found.municipality_code, values=values, link=link)

    def about_subscription(self, session: Session, mail: Mail) -> Draft | None:
        """Tell that somebody has a subscription already, or that it ends soon."""
        found = _running(session, mail)
        if found is None or found.ends_on is None:
            return None
        values = {"plek": found.label, "einde": day_text(found.ends_on)}
        return self._of_subscription(session, mail, found, values)

    def news(self, session: Session, mail: Mail) -> Draft | None:
        """Tell what is new in a place, of what everybody may still see at this moment."""
        found = _running(session, mail)
        if found is None:
            return None
        seen = [meldingen.one(session, PUBLIC, name) for name in mail.payload["meldingen"]]
        lines = [self._line(session, one) for one in seen if one is not None]
        if not lines:
            return None
        left = len(lines) - LONGEST_LIST
        more = catalogue().counted(left, "melding") if left > 0 else ""
        return self._of_subscription(
            session, mail, found, {"plek": found.label}, lines=tuple(lines[:LONGEST_LIST]), more=more
        )

    def question(self, session: Session, mail: Mail) -> Draft | None:
        """Tell of a question that came in or was answered."""
        return self._letter(session, mail, questions.own_question(session, mail.payload["brief"]))

    def idea(self, session: Session, mail: Mail) -> Draft | None:
        """Tell of an idea that came in or was answered."""
        return self._letter(session, mail, ideas.own_idea(session, mail.payload["brief"]))

    def new_question(self, session: Session, mail: Mail) -> Draft | None:
        """Hand a question to who is to answer it, without who asked."""
        return self._to_desk(session, mail, questions.own_question(session, mail.payload["brief"]), "vragen")

    def new_idea(self, session: Session, mail: Mail) -> Draft | None:
        """Hand an idea to who is to answer it, without who had it."""
        return self._to_desk(session, mail, ideas.own_idea(session, mail.payload["brief"]), "ideeen")

    def request(self, session: Session, mail: Mail) -> Draft | None:
        """Tell who asked about their own data that it came in, or takes longer."""
        return self._request(session, mail)

    def request_answered(self, session: Session, mail: Mail) -> Draft | None:
        """Give who asked about their own data the answer."""
        found = privacy_requests.answer_of(session, mail.payload[privacy_requests.KIND])
        return None if found is None else self._request(session, mail, own=found)

    def new_request(self, session: Session, mail: Mail) -> Draft | None:
        """Tell the privacy officer that a request came in, and nothing of who sent it."""
        name = mail.payload[privacy_requests.KIND]
        found = privacy_requests.progress(session, name)
        if found is None or not found.is_open:
            return None
        link = f"{self._settings.public_url}/beheer/verzoeken/{name}"
        return self._draft(session, mail, found.gemeente, values=_told(found), link=link)

    def sent_on(self, session: Session, mail: Mail) -> Draft | None:
        """Hand a melding over to the system of the town itself."""
        return forwarding_mail(session, mail)

    def passed_on(self, session: Session, mail: Mail) -> Draft | None:
        """Hand a melding over to the party that solves it."""
        return passed_on_mail(session, mail)

    def colleague(self, session: Session, mail: Mail) -> Draft | None:
        """Tell a colleague that something was asked, or who asked that there is an answer."""
        return colleague_mail.colleague_mail(session, mail, self._settings.public_url)

    def about_choice(self, session: Session, mail: Mail) -> Draft | None:
        """Ask somebody about the theme of a gebied, or tell what became of it."""
        return choice_mail(session, mail, self._settings.public_url, self._secret)

    def invitation(self, session: Session, mail: Mail) -> Draft | None:
        """Invite somebody to a meeting, remind them once, or tell that it moves or is called off."""
        return invitation_mail(session, mail, self._settings, self._secret)

    def meeting(self, session: Session, mail: Mail) -> Draft | None:
        """Tell who comes to a meeting that they are on the list, and what there is to know."""
        return meeting_mail(session, mail, self._settings, self._secret)

    def confirm_help(self, session: Session, mail: Mail) -> Draft | None:
        """Ask whether this is the address of who wants to help."""
        return help_mail.confirm_mail(session, mail, self._settings.public_url, self._secret)

    def introduction(self, session: Session, mail: Mail) -> Draft | None:
        """Ask a resident about meeting another, or give both each other's name."""
        return help_mail.introduction_mail(session, mail, self._settings.public_url, self._secret)

    def after(self, session: Session, mail: Mail) -> Draft | None:
        """Remind somebody of what was agreed, or ask an organisation about a year."""
        return after_mail(session, mail, self._settings.public_url, self._secret)

    def alarm(self, _session: Session, mail: Mail) -> Draft | None:
        """Tell who keeps the service running that something needs a look."""
        return Draft(mail.kind, values=mail.payload, link=f"{self._settings.public_url}/bronnen")

    def mail_alarm(self, _session: Session, mail: Mail) -> Draft | None:
        """Tell who keeps the service running that a mail could not be delivered."""
        return Draft(mail.kind, values=mail.payload)

    def _letter(self, session: Session, mail: Mail, letter: StoredLetter | None) -> Draft | None:
        if letter is None:
            return None
        kind = Kind(letter.kind)
        page = f"{self._settings.public_url}/{kind}/{letter_token(kind, letter.public_id, self._secret)}"
        return self._draft(
            session,
            mail,
            letter.gemeente,
            values={"uiterlijk": day_text(letter.due_on)},
            own=letter.answer or "",
            link=page,
        )

    def _request(self, session: Session, mail: Mail, *, own: str | None = None) -> Draft | None:
        name = mail.payload[privacy_requests.KIND]
        found = privacy_requests.progress(session, name)
        if found is None:
            return None
        reason = (found.extension or "") if mail.kind == privacy_requests.EXTENDED else ""
        link = self._link("privacy/verzoek", Purpose.REQUEST, name)
        words = reason if own is None else own
        return self._draft(session, mail, found.gemeente, values=_told(found), own=words, link=link)

    def _to_desk(self, session: Session, mail: Mail, letter: StoredLetter | None, page: str) -> Draft | None:
        """Return the mail to the desk; words that nobody proved to have typed stay on the page."""
        if letter is None or letter.answer is not None:
            return None
        wijk = _name_of(session, letter.wijk)
        return self._draft(
            session,
            mail,
            letter.gemeente,
            values={"uiterlijk": day_text(letter.due_on), "plek": wijk},
            own=letter.text if letter.checked else "",
            link=f"{self._settings.public_url}/{page}/{letter.public_id}",
        )

    def _about(self, session: Session, melding: Melding, status: Status) -> dict[str, str]:
        category = session.get_one(Category, melding.category_id)
        return {
            "dag": day_text(melding.created_on),
            "soort": category.naam.lower(),
            "stand": catalogue().text(f"status.{status.name.lower()}").rstrip("."),
        }

    def _line(self, session: Session, one: meldingen.Listed) -> str:
        """Return a public melding in one line: kind, buurt, day, and how far it is."""
        where = _name_of(session, one.buurt)
        when = day_text(one.created_on)
        state = catalogue().text(f"status.{Status(one.status).name.lower()}").rstrip(".")
        return f"{one.category_name}{f' in {where}' if where else ''}, {when}: {state}"

    def _of_subscription(
        self,
        session: Session,
        mail: Mail,
        found: Subscription,
        values: Mapping[str, Any],
        *,
        lines: tuple[str, ...] = (),
        more: str = "",
    ) -> Draft:
        manage = self._link("abonnement", Purpose.MANAGE, SUBSCRIPTION + found.public_id)
        news = mail.kind == subscriptions.NEWS
        return self._draft(
            session,
            mail,
            found.municipality_code,
            values=values,
            lines=lines,
            more=more,
            link=self._page_of(_page_code(found)) if news else manage,
            stop=self._stop(SUBSCRIPTION + found.public_id),
        )

    def _draft(self, session: Session, mail: Mail, gemeente: str, **parts: Any) -> Draft:
        """Return a draft that comes from a gemeente, with its name and its phone number."""
        known = session.get(Municipality, gemeente)
        told = self._settings.gemeenten.get(gemeente, GemeenteSettings())
        naam = known.naam if known is not None else ""
        return Draft(mail.kind, gemeente=naam, telefoon=told.telefoon, **parts)

    def _own_page(self, melding: Melding) -> str:
        return f"{self._settings.public_url}/volg/{tracking_token(melding.public_id, self._secret)}"

    def _page_of(self, code: str | None) -> str:
        if code is None:
            return f"{self._settings.public_url}/"
        kind = "wijken" if code.startswith(("BU", "WK")) else "gebieden"
        return f"{self._settings.public_url}/{kind}/{code}"

    def _stop(self, name: str) -> str:
        return self._link("uitschrijven", Purpose.STOP, name)

    def _link(self, page: str, purpose: Purpose, name: str) -> str:
        return f"{self._settings.public_url}/{page}/{token(purpose, name, self._secret)}"


Maker = Callable[[Contents, Session, Mail], Draft | None]
KINDS: Final[Mapping[str, Maker]] = MappingProxyType(
    {
        followers.CONFIRM: Contents.confirm_address,
        followers.RECEIPT: Contents.receipt,
        followers.STEP: Contents.step,
        subscriptions.CONFIRM: Contents.confirm_subscription,
        subscriptions.ALREADY: Contents.about_subscription,
        subscriptions.ENDING: Contents.about_subscription,
        subscriptions.NEWS: Contents.news,
        "vraag.ontvangen": Contents.question,
        "vraag.beantwoord": Contents.question,
        "vraag.nieuw": Contents.new_question,
        "idee.ontvangen": Contents.idea,
        "idee.beantwoord": Contents.idea,
        "idee.nieuw": Contents.new_idea,
        privacy_requests.NEW: Contents.new_request,
        privacy_requests.RECEIVED: Contents.request,
        privacy_requests.EXTENDED: Contents.request,
        privacy_requests.ANSWERED: Contents.request_answered,
        forwarding.MAIL: Contents.sent_on,
        parties.MAIL: Contents.passed_on,
        colleagues.ASKED_MAIL: Contents.colleague,
        colleagues.ANSWERED_MAIL: Contents.colleague,
        choice_reactions.ASKED_MAIL: Contents.about_choice,
        choice_reactions.REMINDER_MAIL: Contents.about_choice,
        choice_reactions.CHOSEN_MAIL: Contents.about_choice,
        choice_reactions.WITHDRAWN_MAIL: Contents.about_choice,
        **dict.fromkeys(INVITED, Contents.invitation),
        registrations.RECEIPT: Contents.meeting,
        registrations.MOVED: Contents.meeting,
        registrations.CALLED_OFF: Contents.meeting,
        registrations.REMINDER: Contents.meeting,
        help_offers.CONFIRM: Contents.confirm_help,
        introductions.ASK: Contents.introduction,
        introductions.TOGETHER: Contents.introduction,
        **dict.fromkeys(AFTER, Contents.after),
        "alarm": Contents.alarm,
        "mail.alarm": Contents.mail_alarm,
    }
)


def _told(found: privacy_requests.Progress) -> dict[str, str]:
    return {"nummer": privacy_requests.written(found.reference), "uiterlijk": day_text(found.due_on)}


def _confirmed(session: Session, mail: Mail) -> Follower | None:
    follower = followers.find(session, mail.payload["volger"])
    return follower if follower is not None and follower.confirmed_at is not None else None


def _running(session: Session, mail: Mail) -> Subscription | None:
    found = subscriptions.find(session, mail.payload["abonnement"])
    return found if found is not None and found.confirmed_at is not None else None


def _page_code(found: Subscription) -> str | None:
    """Return the code of the place whose page to show: the place itself, or the buurt around a point."""
    return found.place if found.radius_m is None else next(iter(found.buurten), None)


def _name_of(session: Session, code: str | None) -> str:
    query = select(Area.naam).where(Area.code == code).order_by(Area.edition.desc()).limit(1)
    return (session.scalar(query) or "") if code is not None else ""
