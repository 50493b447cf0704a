"""A made advice, as the engine writes it, for tests of what becomes of one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from data import choice_reactions, theme_choices, themes
from data.partner_models import Partner
from data.theme_choices import Proposal
from data.theme_models import ThemeChoice
from geo.areas import Level
from service.advice_sheet import snapshot, top
from service.analysis.places import Place

DAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
FIGURE = "Inwoners van 65 jaar en ouder: 31 %. In heel Vlaardingen: 19 %."
# Counted of meldingen of which nobody outside knows.
NUISANCE = "Meldingen over overlast per 1.000 inwoners: 17,3. In heel Vlaardingen: 9,1."


def theme(slug: str, naam: str, **changes: Any) -> dict[str, Any]:
    """One theme of an advice, with a reason of public figures and one of meldingen."""
    made: dict[str, Any] = {
        "slug": slug,
        "naam": naam,
        "invitation": "Hoe zien we elkaar meer?",
        "label": "aanwijzing",
        "place": 1,
        "place_lower": 1,
        "place_upper": 3,
        "stability": 0.82,
        "score": 0.4,
        "ranked": True,
        "resting": False,
        "reasons": [reason(FIGURE, "openbare cijfers"), reason(NUISANCE, "meldingen en initiatieven")],
        "counter": [],
        "carriers": ["Statenbuurt"],
        "carried_by": "Inwoners van 65 jaar en ouder",
        "cautions": ["Vraag het de mensen zelf."],
        "missing": [],
    }
    return made | changes


def reason(text: str, evidence: str) -> dict[str, Any]:
    """One reason."""
    return {
        "key": "a",
        "text": text,
        "evidence": evidence,
        "source": "CBS 2024",
        "neutral": False,
        "estimate": False,
    }


def advice(gebied: str = "GB062202", **changes: Any) -> dict[str, Any]:
    """An advice with four themes, and one that rests."""
    made: dict[str, Any] = {
        "dag": DAY.isoformat(),
        "register": "1",
        "zaad": "7",
        "kans": 0.2,
        "voorbeeld": False,
        "modelschatting": False,
        "gebied": gebied,
        "naam": "Holy-Zuid",
        "springtEruit": True,
        "themas": [
            theme("eenzaamheid", "Eenzaamheid"),
            theme("zorg-en-welzijn", "Zorg en welzijn dichtbij"),
            theme("contact-met-buren", "Contact met buren"),
            theme("opgroeien", "Opgroeien en jeugd"),
        ],
        "overige": [theme("schone-buurt", "Schone buurt", ranked=False, resting=True)],
        "sterk": ["Er zijn 3 plannen van bewoners begonnen."],
    }
    return made | changes


def place(code: str = "GB062202", naam: str = "Holy-Zuid", gemeente: str = "GM0622") -> Place:
    """A gebied, as pages speak of it."""
    return Place(code, naam, Level.GEBIED, gemeente, None, ())


def put_down(
    session: Session,
    *,
    gemeente: str = "GM0622",
    gebied: str = "GB062202",
    naam: str = "Holy-Zuid",
    period: str = "2026-2",
    due_in: int | None = 14,
    now: datetime = NOW,
    secret: bytes = b"geheim",
    asked: tuple[Partner, ...] = (),
    of: Mapping[str, Any] | None = None,
) -> ThemeChoice:
    """Put a made advice before partners, as the page does."""
    made = advice(gebied, naam=naam) if of is None else of
    kept = snapshot(made, themes.registry(session, gemeente), place(gebied, naam, gemeente), "Vlaardingen")
    due = None if due_in is None else now.date() + timedelta(due_in)
    slugs = tuple(one["slug"] for one in top(made))
    proposal = Proposal(gemeente, gebied, period, slugs, kept, due)
    choice = theme_choices.propose(session, proposal, actor="wijk", now=now)
    choice_reactions.ask(session, choice, asked, secret=secret, now=now)
    return choice
