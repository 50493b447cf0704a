"""The invitations of a meeting that go by post: all letters as one PDF."""

from __future__ import annotations

import io
from typing import NamedTuple

import segno
from sqlalchemy.orm import Session

from data import invitations, refusals
from data.invitations import InvitationState, Way
from data.letters import now
from data.meeting_models import Meeting
from data.models import Municipality
from data.partner_models import Invitation, Partner
from geo.exposure import AMSTERDAM
from maps import letters
from maps.letters import Bundle, Letter
from service.analysis.meeting_page import moment_text
from service.analysis.words import day_text
from service.invitation_mail import answer_link
from service.secret import read_secret
from service.settings import Settings
from service.texts import catalogue


class Letters(NamedTuple):
    """A PDF, and how many letters are in it."""

    pdf: bytes
    number: int


def letters_pdf(session: Session, meeting: Meeting, settings: Settings) -> Letters | None:
    """Return the letters of who is on the list without an address for mail; None when there are none.

    Nobody gets one who refused, and no resident without consent.
    """
    secret = read_secret(settings.var_folder)
    lines = [one for one in invitations.lines(session, meeting) if one[0].way == Way.LETTER]
    keys = [refusals.key_of(partner) for _, partner in lines]
    refused = refusals.among(session, meeting.municipality_code, keys, secret)
    wanted = [
        (row, partner)
        for row, partner in lines
        if row.state in {InvitationState.PROPOSED, InvitationState.SENT}
        and partner.address
        and not invitations.refusal(partner, refused)
    ]
    if not wanted:
        return None
    made = [_letter(row, partner, meeting, settings.public_url, secret) for row, partner in wanted]
    return Letters(letters.pdf(_bundle(session, meeting, made), made_at=now()), len(made))


def _bundle(session: Session, meeting: Meeting, made: list[Letter]) -> Bundle:
    t = catalogue().text
    town = session.get_one(Municipality, meeting.municipality_code).naam
    today = day_text(now().astimezone(AMSTERDAM).date())
    return Bundle(
        title=t("uitnodigen.brief_titel", titel=meeting.titel),
        sender=t("uitnodigen.brief_afzender", gemeente=town),
        place_and_day=f"{town}, {today}",
        greeting=t("uitnodigen.brief_aanhef"),
        closing=t("uitnodigen.brief_groet"),
        code_alt=t("uitnodigen.brief_code"),
        letters=made,
    )


def _letter(row: Invitation, partner: Partner, meeting: Meeting, site: str, secret: bytes) -> Letter:
    t = catalogue().text
    link = answer_link(site, row, secret)
    where = ", ".join(part for part in (meeting.place, meeting.address) if part)
    facts = [(t("uitnodigen.brief_wanneer"), moment_text(meeting)), (t("uitnodigen.waar"), where)]
    if meeting.accessible:
        facts.append((t("uitnodigen.toegankelijk"), meeting.accessible))
    return Letter(
        to=tuple(
            part for part in (partner.organisation, partner.naam or partner.role, partner.address) if part
        ),
        subject=t("uitnodigen.brief_onderwerp", titel=meeting.titel),
        paragraphs=(t("uitnodigen.brief_zin", titel=meeting.titel), *meeting.intro.split("\n\n")),
        facts=tuple(fact for fact in facts if fact[1]),
        answer=t("uitnodigen.brief_antwoord"),
        link=link,
        code_svg=_code(link),
        after=(t("uitnodigen.brief_stop"), t("uitnodigen.brief_bron", bron=partner.source)),
    )


def _code(link: str) -> str:
    drawn = io.BytesIO()
    segno.make(link, error="m").save(drawn, kind="svg", border=1, xmldecl=False)
    return drawn.getvalue().decode("utf-8")
