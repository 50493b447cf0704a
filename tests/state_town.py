"""What residents sent and staff did in a town, so that every page has something to show in every state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

import photo_files
from cheap_passwords import hashed
from chosen_in_town import choose_in_town
from invited_in_town import invite_in_town
from met_in_town import meet_in_town
from reported_in_town import report_in_town
from served import ACCOUNT, PASSWORD
from sqlalchemy import select
from sqlalchemy.orm import Session

from data import (
    accounts,
    aftercare,
    colleagues,
    followers,
    handling,
    ideas,
    incidents,
    organisations,
    own_indicators,
    parties,
    party_work,
    privacy_handling,
    privacy_requests,
    publications,
    questions,
    standard_answers,
    subscriptions,
)
from data.accounts import GivenRole
from data.aftercare import Answer
from data.areas import newest_edition
from data.choices import Channel, Status
from data.database import Database
from data.following_models import Follower, Subscription
from data.intake import Reachable, Report, take_in, tracking_token
from data.intake_models import Photo
from data.letters import Kind, Letter, Place, Settle, letter_token
from data.models import Melding
from data.own_indicators import Wording
from data.owners import BuurtFinder, buurt_finders
from data.photo_store import Album, PhotoStore
from data.photos import re_encode
from data.privacy_handling import Identity
from data.privacy_requests import About, Asked, Wish
from data.rights import ALL_ROLES, Grant, Role
from data.subscriptions import Wanted
from data.tokens import Purpose, token
from data.visibility import Viewer
from geo.crs import LngLat
from service.analysis.publishing import draft
from service.following_mail import FOLLOWER, SUBSCRIPTION
from service.photo_form import FOLDER
from service.secret import read_secret
from service.security import open_session
from service.settings import Settings

VLAARDINGEN, MAASSLUIS, ASSEN = "GM0622", "GM0556", "GM0106"
WAITS = "zonder controle"
FIRST_QUARTER_ENDS = date(2024, 9, 30)
# Two places some hundreds of metres from each other, both by an address.
HERE, THERE = LngLat(4.3419, 51.9128), LngLat(4.3450, 51.9100)
TEXT = "De lantaarn bij het bankje is kapot.\nHet is er 's avonds donker."
REACHABLE = Reachable("Jansen", "jansen@voorbeeld.example", "0612345678", True, True)
PARTIES = """
[reiniging]
naam = "Reiniging"
soort = "afvalinzamelaar"
email = "meld@reiniging.example"
taken = [{ soort = "afval" }]

[licht]
naam = "Gemeente, openbare verlichting"
soort = "gemeente"
email = "licht@gemeente.example"
taken = [{}]
"""
# Who works where; all log in with a code.
ACCOUNTS = {
    "wijk": (VLAARDINGEN, [GivenRole(Role.WIJKCOORDINATOR), GivenRole(Role.MODERATOR)]),
    "ander": (VLAARDINGEN, [GivenRole(Role.BELEIDSADVISEUR)]),
    "beheer": (VLAARDINGEN, [GivenRole(Role.BEHEERDER)]),
    "collega": (VLAARDINGEN, [GivenRole(Role.COLLEGA)]),
    "partner": (VLAARDINGEN, [GivenRole(Role.PARTNER)]),
    "groep": (VLAARDINGEN, [GivenRole(Role.BEWONERSORGANISATIE, ("WK062206",))]),
    "privacy": (VLAARDINGEN, [GivenRole(Role.PRIVACY_OFFICER)]),
    "privacy.assen": (ASSEN, [GivenRole(Role.PRIVACY_OFFICER)]),
    "een": (
        ASSEN,
        [GivenRole(Role.WIJKCOORDINATOR), GivenRole(Role.BELEIDSADVISEUR), GivenRole(Role.BEHEERDER)],
    ),
}


def report(category: str = "straatverlichting", text: str = TEXT, *, point: LngLat = HERE) -> Report:
    """A melding of a resident that everybody may see."""
    return Report(
        gemeente=VLAARDINGEN,
        category=category,
        text=text,
        point=point,
        address="Westhavenplaats 1",
        place_quality="exact",
        postcode="3131BT",
        contact=REACHABLE,
        quarantine=None,
        suggested="paal",
        confidence=0.42,
    )


REPORTS = {
    "lamp": replace(report(), quarantine=WAITS),
    "noise": replace(report("geluid", "Elke nacht lawaai."), contact=Reachable(), quarantine=WAITS),
    "long": replace(report("bank", "a" * 2_000), contact=Reachable(), quarantine=WAITS),
    "new": report("sloot", "Er drijft vuil in de sloot.", point=THERE),
    "shown": report("boom", "Een tak hangt laag.", point=THERE),
    "first": report("container", "De container is vol."),
    "second": report("container", "Er past niets meer in."),
    "third": report("container", "De klep is stuk."),
    "sent": report("veeg-en-zwerfvuil", "Er ligt afval in de bosjes."),
    "done": report("verkeersbord", "Het bord staat scheef.", point=THERE),
    "typed": replace(report("paal", "De paal ligt om."), channel=Channel.PHONE, entered_by=ACCOUNT),
}
WITH_PHOTO = ("lamp", "shown", "done")


@dataclass
class Furnished:
    """By name: what stands between braces in the path of a state; by account: the token of a session."""

    names: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)


@dataclass
class Town:
    """A database that is being filled, with what its service knows."""

    database: Database
    folder: Path
    secret: bytes
    finders: list[BuurtFinder]
    names: dict[str, str]

    def melding(self, session: Session, name: str) -> Melding:
        """A melding that was stored before."""
        query = select(Melding).where(Melding.public_id == self.names[name])
        return session.scalars(query).one()

    def act(self, name: str, work: Callable[[Session, Melding], object]) -> None:
        """Do something with a melding, in a transaction of its own."""
        with self.database.write() as session:
            work(session, self.melding(session, name))


def furnish(url: str, folder: Path) -> Furnished:
    """Fill a database with the three towns; its service has to run in this folder."""
    settings = Settings(database_url=url, var_folder=folder / "var", staff={ACCOUNT: hashed(PASSWORD)})
    database = Database(url)
    with database.read() as session:
        finders = buurt_finders(session)
    town = Town(database, settings.var_folder, read_secret(settings.var_folder), finders, {})
    _send_meldingen(town)
    _handle(town)
    _write_letters(town)
    _ask_about_data(town)
    _follow(town)
    tokens = _let_in(town, settings)
    _hand_out(town)
    _publish(town)
    _define(town)
    with database.write() as session:
        town.names |= choose_in_town(session, town.secret)
    town.names |= meet_in_town(database, town.secret)
    town.names |= invite_in_town(database, town.secret, town.names)
    town.names |= report_in_town(database, town.secret, town.names)
    database.close()
    return Furnished(town.names, tokens)


def _define(town: Town) -> None:
    """An own cijfer with two versions."""
    first = Wording("Afval per hectare", "meldingen_afval / hectare", "", "-")
    second = replace(first, formula="2 * meldingen_afval / hectare", uitleg="Afval telt dubbel.")
    with town.database.write() as session:
        name = own_indicators.define(session, VLAARDINGEN, first, actor=ACCOUNT)
        own_indicators.revise(session, VLAARDINGEN, name, second, version=1, actor=ACCOUNT)


def _send_meldingen(town: Town) -> None:
    photo = re_encode(photo_files.planted_jpeg())
    for name, one in REPORTS.items():
        album = Album(PhotoStore(town.folder / FOLDER), [photo]) if name in WITH_PHOTO else None
        receipt = take_in(
            town.database, one, finders=town.finders, key=name, secret=town.secret, photos=album
        )
        town.names[name] = receipt.public_id
        town.names[f"{name}_link"] = tracking_token(receipt.public_id, town.secret)
    with town.database.read() as session:
        mine = select(Photo.id).join(Melding).where(Melding.public_id == town.names["lamp"])
        town.names["lamp_photo"] = str(session.scalars(mine).one())


def _publish(town: Town) -> None:
    """Publish the first quarter of the example meldingen."""
    with town.database.read() as session:
        made = draft(session, VLAARDINGEN, key=town.secret, until=FIRST_QUARTER_ENDS)
    assert made is not None
    with town.database.write() as session:
        publications.store(session, made.batch, records=made.records, turns=made.turns, actor=ACCOUNT)


def _handle(town: Town) -> None:
    with town.database.write() as session:
        parties.store_parties(session, VLAARDINGEN, parties.read_parties(PARTIES), actor=ACCOUNT)
        standard_answers.keep(
            session, VLAARDINGEN, "Bij de aannemer", "De aannemer komt deze week.", actor=ACCOUNT
        )
    town.act(
        "sent", lambda session, one: parties.forward(session, one, "reiniging", actor=ACCOUNT, contact=True)
    )
    town.act(
        "second",
        lambda session, one: incidents.join(session, one, town.melding(session, "first"), actor=ACCOUNT),
    )
    town.act("shown", _show_photo)
    steps = {Status.IN_PROGRESS: "Wij bestellen een nieuw bord.", Status.CLOSED: "Het bord staat weer recht."}
    for to, line in steps.items():
        town.act("done", partial(_step, to=to, line=line))
    with town.database.write() as session:
        now = datetime.now(UTC)
        aftercare.give(session, town.names["done"], Answer.PARTLY, secret=town.secret, now=now)


def _step(session: Session, one: Melding, to: Status, line: str) -> None:
    handling.change_status(session, one, to, actor=ACCOUNT, note=line)
    handling.add_note(session, one, actor=ACCOUNT, text=f"Ik was er: {line}")


def _show_photo(session: Session, one: Melding) -> None:
    ids = frozenset(session.scalars(select(Photo.id).where(Photo.melding_id == one.id)))
    handling.release(session, one, actor=ACCOUNT, text=True, photos=ids)
    _step(session, one, Status.IN_PROGRESS, "Wij snoeien de boom volgende week.")


def _write_letters(town: Town) -> None:
    asked = Letter(
        kind=Kind.QUESTION, gemeente=VLAARDINGEN, wijk="WK062206", text="Mag er een bank op de hoek?", days=5
    )
    thought = replace(
        asked,
        kind=Kind.IDEA,
        title="Bloembakken op het plein",
        place=Place(HERE, "Westhavenplaats 1", "exact"),
        may_publish=True,
    )
    for name, checked in (("question", True), ("answered", True), ("unsure_question", False)):
        letter = replace(asked, text=f"{asked.text} ({name})")
        receipt = questions.ask(
            town.database,
            letter,
            settle=_settled(checked=checked),
            key=name,
            secret=town.secret,
        )
        _name(town, name, Kind.QUESTION, receipt.public_id)
    for name, checked in (("idea", True), ("out", True), ("unsure_idea", False)):
        receipt = ideas.suggest(
            town.database,
            replace(thought, title=f"{thought.title} ({name})"),
            finders=town.finders,
            settle=_settled(checked=checked),
            key=name,
            secret=town.secret,
        )
        _name(town, name, Kind.IDEA, receipt.public_id)
    staff = Viewer(ACCOUNT, ALL_ROLES)
    with town.database.write() as session:
        questions.answer(session, staff, town.names["answered"], "Ja, dat mag. Wij komen langs.")
        ideas.answer(session, staff, town.names["out"], "Goed idee. Wij zoeken met u een plek.")
        ideas.release(session, staff, town.names["out"], shown=True, title="")


def _ask_about_data(town: Town) -> None:
    asked = Asked(
        gemeente=VLAARDINGEN,
        wish=Wish.ERASURE,
        text="Wis alles wat u van mij hebt.",
        email="vrager@voorbeeld.example",
        naam="Jansen",
        about=About("melding", town.names["lamp"], "0123456789"),
    )
    for name, checked in (("request", True), ("answered_request", True), ("unsure_request", False)):
        settle = _settled(checked=checked)
        receipt = privacy_requests.ask(town.database, asked, settle=settle, key=name, secret=town.secret)
        town.names[name] = receipt.public_id
        town.names[f"{name}_link"] = token(Purpose.REQUEST, receipt.public_id, town.secret)
    officer, name = Viewer(ACCOUNT, ALL_ROLES), town.names["answered_request"]
    with town.database.write() as session:
        privacy_handling.add_note(session, officer, name, "Gebeld: morgen aan de balie.")
        privacy_handling.extend(session, officer, town.names["request"], "Wij zoeken nog in het archief.")
        privacy_handling.settle_identity(session, officer, name, Identity.SURE)
        privacy_handling.settle_identity(session, officer, town.names["request"], Identity.UNKNOWN)
        privacy_handling.answer(session, officer, name, "Uw gegevens zijn gewist.")


def _settled(*, checked: bool) -> Settle:
    return lambda _session: None if checked else WAITS


def _name(town: Town, name: str, kind: Kind, public_id: str) -> None:
    town.names[name] = public_id
    town.names[f"{name}_link"] = letter_token(kind, public_id, town.secret)


def _follow(town: Town) -> None:
    now = datetime.now(UTC)
    with town.database.read() as session:
        edition = newest_edition(session, gemeente=VLAARDINGEN)
    wanted = Wanted(
        email="volger@voorbeeld.example",
        gemeente=VLAARDINGEN,
        place="WK062206",
        label="Wijk 06 Holy-Zuid",
        edition=edition,
        buurten=("BU06220601",),
    )
    follower = "buur@voorbeeld.example"
    with town.database.write() as session:
        subscriptions.ask(session, wanted, now)
        for place in ("WK062205", "WK062204"):
            subscriptions.ask(session, replace(wanted, place=place), now)
        followers.ask(session, town.melding(session, "done"), follower, reporter=True, now=now)
        followers.ask(session, town.melding(session, "done"), "ik@voorbeeld.example", reporter=True, now=now)
    with town.database.write() as session:
        begun, asked, old = session.scalars(select(Subscription).order_by(Subscription.id))
        subscriptions.confirm(session, begun.public_id, now)
        old.asked_at = datetime(2020, 1, 1, tzinfo=UTC)
        mailed = session.scalars(select(Follower).where(Follower.email == follower)).one()
        links = {
            "manage": (Purpose.MANAGE, SUBSCRIPTION + begun.public_id),
            "manage_asked": (Purpose.MANAGE, SUBSCRIPTION + asked.public_id),
            "confirm": (Purpose.CONFIRM, SUBSCRIPTION + asked.public_id),
            "confirm_old": (Purpose.CONFIRM, SUBSCRIPTION + old.public_id),
            "confirm_mail": (Purpose.CONFIRM, FOLLOWER + mailed.public_id),
            "leave": (Purpose.STOP, SUBSCRIPTION + asked.public_id),
        }
    for name, (purpose, of) in links.items():
        town.names[name] = token(purpose, of, town.secret)


def _let_in(town: Town, settings: Settings) -> dict[str, str]:
    hashed = settings.staff[ACCOUNT]
    with town.database.write() as session:
        for name, (gemeente, roles) in ACCOUNTS.items():
            made = accounts.add(session, name, gemeente, password_hash=hashed, roles=roles, actor=ACCOUNT)
            made.totp_salt = f"zout van {name}"
        return {name: open_session(session, name, settings).token for name in (ACCOUNT, *ACCOUNTS)}


def _hand_out(town: Town) -> None:
    today = datetime.now(UTC).date()
    with town.database.write() as session:
        for name, of, days in (("task", "new", 5), ("task_done", "third", 1)):
            melding = town.melding(session, of)
            asked = colleagues.ask(
                session,
                melding,
                "collega",
                "Is dit van uw afdeling?",
                due_on=today + timedelta(days),
                today=today,
                actor=ACCOUNT,
            )
            session.flush()
            town.names[name] = str(asked.id)
        colleague = Viewer("collega", (Grant(Role.COLLEGA, VLAARDINGEN),))
        colleagues.answer(session, colleague, asked.id, "Ja, wij komen langs.", today=today)
        party_work.link(session, accounts.find(session, "partner"), "reiniging", actor=ACCOUNT)
        passed = parties.forwardings(session, town.melding(session, "sent").id)
        town.names["job"] = str(passed[-1].id)
        group = Viewer("groep", (Grant(Role.BEWONERSORGANISATIE, VLAARDINGEN),))
        own = organisations.own(session, group, today=today)[0]
        organisations.write(
            session, own, "Bewoners van Holy", "Wij vegen samen de straat.", "Elke zaterdag.", actor="groep"
        )
