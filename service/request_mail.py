"""The mails about a request for one's own data: that it came in, takes longer, was answered, or waits."""

from __future__ import annotations

from data import privacy_requests
from data.tokens import Purpose
from service.analysis.words import day_text
from service.mail_words import Draft
from service.mailing import Mailing


def request(mailing: Mailing) -> Draft | None:
    """Tell who asked about their own data that it came in, or takes longer."""
    return _request(mailing)


def request_answered(mailing: Mailing) -> Draft | None:
    """Give who asked about their own data the answer."""
    found = privacy_requests.answer_of(mailing.session, mailing.mail.payload[privacy_requests.KIND])
    return None if found is None else _request(mailing, own=found)


def new_request(mailing: Mailing) -> Draft | None:
    """Tell the privacy officer that a request came in, and nothing of who sent it."""
    name = mailing.mail.payload[privacy_requests.KIND]
    found = privacy_requests.progress(mailing.session, name)
    if found is None or not found.is_open:
        return None
    link = f"{mailing.site}/beheer/verzoeken/{name}"
    return mailing.draft(found.gemeente, values=_told(found), link=link)


def _request(mailing: Mailing, *, own: str | None = None) -> Draft | None:
    name = mailing.mail.payload[privacy_requests.KIND]
    found = privacy_requests.progress(mailing.session, name)
    if found is None:
        return None
    reason = (found.extension or "") if mailing.mail.kind == privacy_requests.EXTENDED else ""
    link = mailing.link("privacy/verzoek", Purpose.REQUEST, name)
    words = reason if own is None else own
    return mailing.draft(found.gemeente, values=_told(found), own=words, link=link)


def _told(found: privacy_requests.Progress) -> dict[str, str]:
    return {"nummer": privacy_requests.written(found.reference), "uiterlijk": day_text(found.due_on)}
