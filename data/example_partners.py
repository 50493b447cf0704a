"""Example partners and residents who help: functions and numbers, never a person."""

from __future__ import annotations

from collections.abc import Sequence

from data import example_season_words as words
from data import help_offers, partners
from data.example_season_words import MARK, Who
from data.example_stage import ACTOR, DOMAIN, Advised, Stage
from data.help_offers import Offer
from data.partner_fields import GivenPartner, Kind
from data.partners import Register

LOOKED_DAYS, STALE_DAYS = 20, 400


def put_in(stage: Stage, gebieden: Sequence[Advised]) -> int:
    """Put in a bewonersorganisatie of each gebied, and functions that work everywhere; returns how many."""
    names = partners.area_words(stage.session, stage.gemeente)
    own = [
        (Who(Kind.BEWONERS, f"{words.RESIDENTS} {one.naam}", "", (), f"bewoners-{number}"), (one.code,))
        for number, one in enumerate(gebieden, 1)
    ]
    wanted = [*own, *((one, ()) for one in words.PARTNERS)]
    for who, codes in wanted:
        ago = STALE_DAYS if who.organisation == words.STALE else LOOKED_DAYS
        register = Register(
            stage.session,
            stage.gemeente,
            stage.registry,
            names,
            stage.secret,
            ACTOR,
            stage.day(-ago),
            example=True,
        )
        register.add(_given(who, codes))
    return len(wanted)


def offer_help(stage: Stage, codes: Sequence[str]) -> None:
    """Put in residents who want to help, as numbers."""
    for code, (naam, theme, text) in zip(codes, words.OFFERS, strict=False):
        offer = Offer(
            gemeente=stage.gemeente,
            area=code,
            themes=(theme,),
            naam=f"{naam} {MARK}",
            email=_mailbox(naam.casefold().replace(" ", "-")),
            text=text,
            months=12,
            example=True,
        )
        key = f"{stage.gemeente}-{code}"
        row = help_offers.offer(stage.session, offer, key=key, secret=stage.secret, now=stage.at(-5))
        help_offers.confirm(stage.session, row.public_id, stage.at(-5, 11))


def _given(who: Who, codes: tuple[str, ...]) -> GivenPartner:
    return GivenPartner(
        soort=who.kind.value,
        organisatie=f"{who.organisation} {MARK}",
        functie=who.role,
        email=_mailbox(who.mailbox),
        themas=who.themes,
        gebieden=codes,
        bron=words.SOURCE,
    )


def _mailbox(name: str) -> str:
    return f"{name}@{DOMAIN}" if name else ""
