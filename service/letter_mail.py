"""The mails about a question or an idea: that it came in, that one waits, and that it was answered."""

from __future__ import annotations

from data import ideas, questions
from data.letters import Kind, StoredLetter, letter_token
from service.analysis.words import day_text
from service.mail_words import Draft
from service.mailing import Mailing, area_name


def question(mailing: Mailing) -> Draft | None:
    """Tell of a question that came in or was answered."""
    return _letter(mailing, questions.own_question(mailing.session, mailing.mail.payload["brief"]))


def idea(mailing: Mailing) -> Draft | None:
    """Tell of an idea that came in or was answered."""
    return _letter(mailing, ideas.own_idea(mailing.session, mailing.mail.payload["brief"]))


def new_question(mailing: Mailing) -> Draft | None:
    """Hand a question to who is to answer it, without who asked."""
    return _to_desk(mailing, questions.own_question(mailing.session, mailing.mail.payload["brief"]), "vragen")


def new_idea(mailing: Mailing) -> Draft | None:
    """Hand an idea to who is to answer it, without who had it."""
    return _to_desk(mailing, ideas.own_idea(mailing.session, mailing.mail.payload["brief"]), "ideeen")


def _letter(mailing: Mailing, letter: StoredLetter | None) -> Draft | None:
    if letter is None:
        return None
    kind = Kind(letter.kind)
    page = f"{mailing.site}/{kind}/{letter_token(kind, letter.public_id, mailing.secret)}"
    return mailing.draft(
        letter.gemeente,
        values={"uiterlijk": day_text(letter.due_on)},
        own=letter.answer or "",
        link=page,
    )


def _to_desk(mailing: Mailing, letter: StoredLetter | None, page: str) -> Draft | None:
    """Return the mail to the desk; words that nobody proved to have typed stay on the page."""
    if letter is None or letter.answer is not None:
        return None
    wijk = area_name(mailing.session, letter.wijk)
    return mailing.draft(
        letter.gemeente,
        values={"uiterlijk": day_text(letter.due_on), "plek": wijk},
        own=letter.text if letter.checked else "",
        link=f"{mailing.site}/{page}/{letter.public_id}",
    )
