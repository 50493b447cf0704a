"""Example meetings: one that was held with what came of it, and those to come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import select

from data import agreements, evaluations, invitations, meeting_reports, meetings, registrations
from data import example_season_words as words
from data.agendas import fitted, templates
from data.choices import PrivacyClass
from data.example_season_words import MARK
from data.example_stage import ACTOR, BY, Advised, Stage
from data.invitations import Answer, Way
from data.meeting_models import Agreement, Meeting
from data.meeting_times import series_days, span
from data.meetings import Plan, Stop
from data.models import Category, Melding, MeldingArea
from data.registrations import Wish
from data.theme_models import ThemeChoice
from geo.crs import LngLat

TUESDAY, WEDNESDAY, THURSDAY = 1, 2, 3
OFFICE_HOURS: Final = 4
STOPS: Final = 5
APART_M, NEAR_M = 90.0, 500.0
MOST_SPOTS: Final = 400
EVENING: Final = (time(19, 30), time(21, 30))
AFTERNOON: Final = (time(14), time(15, 30))
MOST_SEATS: Final = 3


class Spot(NamedTuple):
    """Where an example melding of everybody lies, and what it is about."""

    point: LngLat
    x: float
    y: float
    naam: str
    address: str


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A meeting of the season: what it is, when, and how many days from the last one it was announced."""

    form: str
    titel: str
    intro: str
    hours: tuple[time, time]
    announced: int
    choice: ThemeChoice | None = None
    public: bool = True


def held(stage: Stage, gebied: Advised, choice: ThemeChoice) -> None:
    """Put in a meeting of a chosen theme that was held, what came of it, and the consult after it."""
    [meeting] = _plan(stage, gebied, _of_choice(stage, choice, -77), [stage.weekday(-60, TUESDAY)])
    _invite(stage, meeting, sent=-72)
    _register(stage, meeting, until=-62, share=0.5)
    after = meeting.ends_at + timedelta(days=1)
    meeting_reports.count(stage.session, meeting, words.CAME, actor=ACTOR, now=after)
    meeting_reports.write(stage.session, meeting, words.REPORT, actor=ACTOR, now=after)
    meeting_reports.release(stage.session, meeting, actor=ACTOR, now=after)
    _agree(stage, meeting, after)
    _evaluate(stage, meeting, after)
    talk = Wanted(
        form="gebiedsoverleg",
        titel=words.TALK.format(naam=gebied.naam),
        intro="",
        hours=AFTERNOON,
        announced=-4,
        public=False,
    )
    _plan(stage, gebied, talk, [stage.weekday(10, THURSDAY)])


def coming(stage: Stage, gebied: Advised, choice: ThemeChoice) -> None:
    """Put in a meeting of a chosen theme that is to come and nearly full, with its answered invitations."""
    [meeting] = _plan(stage, gebied, _of_choice(stage, choice, -10), [stage.weekday(14, TUESDAY)])
    _invite(stage, meeting, sent=-9)
    _register(stage, meeting, until=-1, share=0.85)


def around(stage: Stage, gebied: Advised) -> None:
    """Put in the office hours of the wijkcoördinator and a walk past places of example meldingen."""
    hour = Wanted(
        form="inloop", titel=words.HOUR, intro=words.HOUR_INTRO, hours=(time(14), time(16)), announced=-5
    )
    _plan(stage, gebied, hour, series_days(stage.weekday(6, WEDNESDAY), weeks=1, times=OFFICE_HOURS))
    walk = Wanted(
        form="wijkschouw",
        titel=words.WALK.format(naam=gebied.naam),
        intro=words.WALK_INTRO,
        hours=AFTERNOON,
        announced=-5,
    )
    [meeting] = _plan(stage, gebied, walk, [stage.weekday(20, THURSDAY)], route=_route(stage, gebied))
    _register(stage, meeting, until=-1, share=0.4)


def _of_choice(stage: Stage, choice: ThemeChoice, announced: int) -> Wanted:
    theme = stage.registry.theme(str(choice.theme))
    return Wanted(
        form=str(choice.form),
        titel=theme.naam,
        intro=words.INTRO.format(uitnodiging=theme.invitation),
        hours=EVENING,
        announced=announced,
        choice=choice,
    )


def _plan(
    stage: Stage, gebied: Advised, wanted: Wanted, days: Sequence[date], *, route: tuple[Stop, ...] = ()
) -> list[Meeting]:
    """Plan and announce a meeting on each of these days, beside an example melding."""
    template, spot = templates()[wanted.form], next(iter(_spots(stage, gebied)), None)
    plans = []
    for day in days:
        when = span(day, *wanted.hours)
        plans.append(
            Plan(
                gemeente=stage.gemeente,
                gebied=gebied.code,
                form=wanted.form,
                titel=wanted.titel,
                starts_at=when.starts_at,
                ends_at=when.ends_at,
                theme=wanted.choice.theme if wanted.choice else None,
                choice_id=wanted.choice.id if wanted.choice else None,
                intro=wanted.intro,
                place=f"Buurthuis {gebied.naam} {MARK}",
                address=spot.address if spot else "",
                accessible=words.ACCESSIBLE,
                point=spot.point if spot else None,
                capacity=template.seats,
                public=wanted.public,
                route=route,
                agenda=fitted(template.items, when.minutes),
                example=True,
            )
        )
    key = f"{stage.gemeente}-{gebied.code}-{wanted.form}"
    made = meetings.plan(stage.session, plans, key=key, actor=ACTOR, now=stage.at(wanted.announced, 9))
    for meeting in made:
        meetings.announce(stage.session, meeting, actor=ACTOR, now=stage.at(wanted.announced))
    return made


def _invite(stage: Stage, meeting: Meeting, *, sent: int) -> None:
    """Propose a list, leave one out, send it, and let most of the others answer."""
    invitations.propose(stage.session, meeting, stage.registry)
    rows = [row for row, _ in invitations.lines(stage.session, meeting)]
    if len(rows) > 2:
        invitations.leave_out(stage.session, meeting, rows[1], words.LEFT_OUT, actor=ACTOR)
    invitations.send(stage.session, meeting, Way.MAIL, secret=stage.secret, actor=ACTOR, at=stage.at(sent))
    said = (
        Answer(invitations.InvitationState.COMES, 2, words.ANSWERED),
        Answer(invitations.InvitationState.STAYS),
        Answer(invitations.InvitationState.COMES, 1),
        Answer(invitations.InvitationState.MAYBE, 1),
    )
    waiting = [row for row in rows if row.state == invitations.InvitationState.SENT]
    for number, (row, answer) in enumerate(zip(waiting, said, strict=False)):
        moment = stage.at(sent + 2, 9 + number)
        invitations.answer(stage.session, meeting, row, answer, actor=ACTOR, at=moment)


def _register(stage: Stage, meeting: Meeting, *, until: int, share: float) -> None:
    """Let residents take a share of the seats, in the days up to one."""
    wanted = round((meeting.capacity or 0) * share)
    taken, number = 0, 0
    while taken < wanted:
        wish = Wish(
            seats=min(int(stage.rng.integers(1, MOST_SEATS + 1)), wanted - taken),
            needs=words.NEEDS if number == 2 else "",
        )
        registrations.keep(
            stage.session,
            meeting,
            wish,
            settle=lambda _session: None,
            key=str(number),
            secret=stage.secret,
            now=stage.at(until - int(stage.rng.integers(0, 7)), 9 + number % 12),
        )
        taken, number = taken + wish.seats, number + 1


def _agree(stage: Stage, meeting: Meeting, now: datetime) -> None:
    """Put in what was agreed: one done in time, one late, one whose day is to come."""
    invited = [partner for _, partner in invitations.lines(stage.session, meeting)]
    first, last = invited[0].public_id, invited[-1].public_id

    def agree(text: str, due: int, *, partner: str = "", own: str = "") -> Agreement:
        given = agreements.GivenAgreement(
            text=text, due_on=stage.day(due), partner=partner, words=own, public=True
        )
        return agreements.agree(stage.session, BY, meeting, given, now=now)

    done = agree(words.DONE, -21, partner=first)
    agree(words.LATE, -8, own=words.HALL)
    agree(words.OPEN, 25, partner=last)
    kept = agreements.AgreementState.KEPT
    agreements.close(stage.session, done, kept, words.DONE_OUTCOME, actor=ACTOR, today=stage.day(-28))


def _evaluate(stage: Stage, meeting: Meeting, now: datetime) -> None:
    """Put in what people thought of a meeting, on paper."""
    for number, (*said, wrote) in enumerate(words.EVALUATIONS):
        answers = dict(zip(evaluations.QUESTIONS, said, strict=True))
        if wrote:
            answers[evaluations.WORDS] = wrote
        evaluations.enter(
            stage.session,
            meeting,
            answers,
            actor=ACTOR,
            now=now,
            key=f"{meeting.public_id}-{number}",
            secret=stage.secret,
        )


def _route(stage: Stage, gebied: Advised) -> tuple[Stop, ...]:
    """Return a walk: from the first spot each time to the nearest one that is not beside one before it."""
    spots = _spots(stage, gebied)
    walk = spots[:1]
    while len(walk) < STOPS:
        here = walk[-1]
        onward = [
            one
            for one in spots
            if _metres(one, walk[0]) <= NEAR_M and all(_metres(one, each) >= APART_M for each in walk)
        ]
        if not onward:
            break
        walk.append(min(onward, key=lambda one: _metres(one, here)))
    return tuple(Stop(f"{one.naam}, {one.address}" if one.address else one.naam, one.point) for one in walk)


def _metres(one: Spot, other: Spot) -> float:
    return float(((one.x - other.x) ** 2 + (one.y - other.y) ** 2) ** 0.5)


def _spots(stage: Stage, gebied: Advised) -> list[Spot]:
    """Return where example meldingen lie that everybody may see, in the buurt with the most of them first."""
    query = (
        select(
            MeldingArea.buurt, Melding.lon, Melding.lat, Melding.x, Melding.y, Category.naam, Melding.address
        )
        .join(MeldingArea, MeldingArea.melding_id == Melding.id)
        .join(Category, Category.id == Melding.category_id)
        .where(
            Melding.example,
            MeldingArea.buurt.in_(gebied.buurten),
            Category.privacy == PrivacyClass.EXACT.value,
            Melding.x.is_not(None),
        )
        .order_by(Melding.id)
        .limit(MOST_SPOTS)
    )
    rows: list[Any] = list(stage.session.execute(query))
    most = Counter(row.buurt for row in rows).most_common(1)
    return [
        Spot(LngLat(row.lon, row.lat), row.x, row.y, row.naam, row.address or "")
        for row in rows
        if row.buurt == most[0][0]
    ]
