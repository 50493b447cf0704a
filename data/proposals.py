"""Proposals: who a meeting could invite, from its theme and its gebied, each with a reason."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.meeting_models import Meeting
from data.partner_fields import RESIDENTS, Kind
from data.partner_models import Partner
from data.partners import in_order
from data.reach import Reach
from data.refusals import plain
from data.same_kind import is_kind
from geo.themes import Registry, Theme

COORDINATOR: Final = "wijkcoördinator"


@dataclass(frozen=True, slots=True)
class Proposal:
    """Somebody to invite, and why."""

    partner: Partner
    reason: str


def theme_of(meeting: Meeting, registry: Registry) -> Theme | None:
    """Return what a meeting is about; None for one without a theme, or with one that is no longer used."""
    return next((one for one in registry.themes if one.slug == meeting.theme), None)


def proposals(session: Session, meeting: Meeting, registry: Registry) -> list[Proposal]:
    """Return who to invite: bewonersorganisaties and the wijkcoördinator always, others by the theme.

    Who refused is not among them, nor a resident who did not consent, nor an address twice.
    """
    theme, reach = theme_of(meeting, registry), Reach(session)
    found: list[Proposal] = []
    seen: set[str] = set()
    for partner in _register(session, meeting):
        reason = _reason(partner, meeting, theme, reach)
        address = plain(partner.email) if partner.email else ""
        if reason and address not in seen:
            found.append(Proposal(partner, reason))
            seen.update({address} - {""})
    return found


def missing(session: Session, meeting: Meeting, registry: Registry) -> tuple[str, ...]:
    """Return the kinds of people of the theme for which the register has nobody in this gebied."""
    theme, reach = theme_of(meeting, registry), Reach(session)
    if theme is None:
        return ()
    here = [one for one in _register(session, meeting) if reach.overlap([meeting.gebied], one.gebieden)]
    return tuple(
        kind
        for kind in theme.invitees
        if not any(is_kind(kind, one.role, one.organisation) for one in here)
        and not (_is_elsewhere(kind) and any(one.kind in RESIDENTS for one in _register(session, meeting)))
    )


def mentions(kinds: Iterable[str], partner: Partner) -> str:
    """Return the first of these kinds that a partner is of; empty without one."""
    return next((one for one in kinds if is_kind(one, partner.role, partner.organisation)), "")


def who(partner: Partner) -> str:
    """Return in a few words who a partner is: its role, else its kind."""
    return partner.role or partner.kind


def _register(session: Session, meeting: Meeting) -> Sequence[Partner]:
    query = select(Partner).where(
        Partner.municipality_code == meeting.municipality_code, Partner.opted_out_at.is_(None)
    )
    return sorted(session.scalars(query), key=in_order)


def _reason(partner: Partner, meeting: Meeting, theme: Theme | None, reach: Reach) -> str:
    here = reach.overlap([meeting.gebied], partner.gebieden)
    if partner.kind in RESIDENTS:
        return _of_resident(partner, theme, reach, here=here)
    if not here:
        return ""
    where = _where(partner, meeting, reach)
    if partner.kind == Kind.BEWONERS:
        return f"bewonersorganisatie, actief in {where}"
    if is_kind(COORDINATOR, partner.role):
        return f"wijkcoördinator, werkt in {where}"
    return "" if theme is None else _of_theme(partner, theme, where)


def _of_theme(partner: Partner, theme: Theme, where: str) -> str:
    if theme.slug in partner.themes:
        return f"{who(partner)} bij {theme.naam}, werkt in {where}"
    kind = mentions(theme.invitees, partner)
    return f"{who(partner)}, hoort bij {theme.naam}, werkt in {where}" if kind else ""


def _of_resident(partner: Partner, theme: Theme | None, reach: Reach, *, here: bool) -> str:
    """Return why to invite a resident; never without consent."""
    if partner.consent_on is None:
        return ""
    if here:
        return "initiatiefnemer in dit gebied, met toestemming"
    wanted = theme is not None and any(map(_is_elsewhere, theme.invitees))
    if not wanted:
        return ""
    return f"initiatiefnemer uit {_names(partner.gebieden, reach)}, met toestemming"


def _is_elsewhere(kind: str) -> bool:
    words = kind.casefold()
    return words.startswith("initiatiefnemer") and " ander" in words


def _where(partner: Partner, meeting: Meeting, reach: Reach) -> str:
    """Return where a partner works, as far as that is the place of the meeting."""
    if not partner.gebieden:
        return f"heel {reach.name(meeting.municipality_code)}"
    near = [one for one in partner.gebieden if reach.overlap([one], [meeting.gebied])]
    return _names(near, reach)


def _names(codes: Sequence[str], reach: Reach) -> str:
    *first, last = [reach.name(one) for one in codes]
    return f"{', '.join(first)} en {last}" if first else last
