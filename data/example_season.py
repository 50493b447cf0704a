"""An example season: invented choices, meetings, partners and what came of them, made as pages make them.

Nothing of it is mailed: who was made up has no mailbox. All of it is marked, and goes with the example
meldingen of its town.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from sqlalchemy import delete, exists, func, select
from sqlalchemy.orm import Session

from data import (
    audit,
    example_choices,
    example_meetings,
    example_partners,
    help_offers,
    meetings,
    themes,
    town_days,
)
from data import partners as register
from data.example_stage import Advised, Stage, Story
from data.meeting_models import Agreement, Evaluation, Meeting
from data.models import Melding
from data.partner_models import HelpOffer, Partner
from data.theme_models import ThemeChoice


@dataclass(frozen=True, kw_only=True)
class SeasonLoaded:
    """How many example choices, meetings and partners of a town were put in."""

    choices: int
    meetings: int
    partners: int


def is_wanted(session: Session, gemeente: str) -> bool:
    """Return whether a town lives on example meldingen and has no choice, meeting or partner yet."""
    invented = exists().where(Melding.municipality_code == gemeente, Melding.example)
    if not session.scalar(select(invented)):
        return False
    own = (exists().where(table.municipality_code == gemeente) for table in (Partner, Meeting, ThemeChoice))
    return not any(session.scalar(select(one)) for one in own)


def load(
    session: Session, gemeente: str, gebieden: Sequence[Advised], *, until: date, seed: int
) -> SeasonLoaded:
    """Put in a season around a day: what was in the months before it, and what comes in the weeks after."""
    stage = Stage(
        session=session,
        gemeente=gemeente,
        until=until,
        registry=themes.registry(session, gemeente),
        rng=np.random.default_rng([seed, int(gemeente[2:]), 4]),
    )
    # School holidays are not invented, and stay when the season goes.
    if region := town_days.school_year().towns.get(gemeente):
        town_days.add_school_year(session, gemeente, region, actor="wijkbeeld")
    partners = example_partners.put_in(stage, gebieden)
    for one in gebieden:
        _tell(stage, one)
    example_partners.offer_help(stage, [one.code for one in gebieden])
    meetings.finish_past(session, stage.at(0))
    count = select(func.count()).select_from(Meeting).where(Meeting.municipality_code == gemeente)
    made = SeasonLoaded(choices=len(gebieden), meetings=session.scalar(count) or 0, partners=partners)
    audit.record(
        session,
        actor="wijkbeeld",
        action="voorbeelden.seizoen",
        object_kind="gemeente",
        object_id=gemeente,
        detail={"keuzes": made.choices, "bijeenkomsten": made.meetings, "partners": made.partners},
    )
    return made


def remove(session: Session, gemeente: str) -> None:
    """Take the season of a town out; what was made beside it by people stays."""
    offers = session.scalars(
        select(HelpOffer.id).where(HelpOffer.municipality_code == gemeente, HelpOffer.example)
    ).all()
    help_offers.forget(session, offers)
    for table in (Evaluation, Agreement, Meeting, ThemeChoice):
        session.execute(delete(table).where(table.municipality_code == gemeente, table.example))
    invented = select(Partner).where(Partner.municipality_code == gemeente, Partner.example)
    for row in session.scalars(invented).all():
        register.forget(session, row)


def _tell(stage: Stage, gebied: Advised) -> None:
    if gebied.story is Story.HELD:
        example_meetings.held(stage, gebied, example_choices.with_advice(stage, gebied))
    elif gebied.story is Story.OTHERWISE:
        example_meetings.coming(stage, gebied, example_choices.otherwise(stage, gebied))
    else:
        example_choices.asked(stage, gebied)
        example_meetings.around(stage, gebied)
