"""No mail of any kind leaves for a partner who refused, or for a resident who did not agree."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from account_town import OWN
from canary_choices import plant_choices
from canary_meetings import plant_meetings
from canary_partners import plant_partners
from canary_town import WIJKEN, Planted
from fresh import database_at, sqlite_url
from intake_door import two_towns
from sqlalchemy import select, update

from data import choice_reactions, invitations, invited, outbox, refusals
from data.areas import store_edition
from data.choice_reactions import REMINDER_MAIL
from data.database import Database
from data.models import Outbox
from data.outbox import Mail
from data.partner_models import MailRefusal, Partner
from service.agreement_mail import AFTER
from service.mail_contents import KINDS, Contents
from service.secret import read_secret
from service.settings import Settings

# All that is mailed to who stands in the register of partners.
TO_PARTNERS = {
    choice_reactions.ASKED_MAIL,
    choice_reactions.CHOSEN_MAIL,
    choice_reactions.WITHDRAWN_MAIL,
    REMINDER_MAIL,
    invitations.MAIL,
    invitations.REMINDER,
    *invited.MAILS.values(),
    *AFTER,
}


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("toestemming")
    return Settings(database_url=sqlite_url(folder), var_folder=folder)


@pytest.fixture(scope="module")
def database(settings: Settings) -> Iterator[Database]:
    database = database_at(settings.database_url)
    with database.write() as session:
        store_edition(session, two_towns())
    planted = Planted()
    plant_choices(database, settings, planted.text, OWN, WIJKEN[OWN])
    plant_meetings(database, settings, planted.text, OWN, WIJKEN[OWN])
    plant_partners(database, settings, planted, OWN, WIJKEN[OWN])
    yield database
    database.close()


@pytest.fixture
def mails(database: Database) -> list[Mail]:
    """What waits for partners."""
    with database.read() as session:
        known = set(session.scalars(select(Partner.email))) - {""}
        rows = session.scalars(select(Outbox).where(Outbox.recipient.in_(known))).all()
        names = {row.id for row in rows}
        return [one for one in outbox.due(session, datetime.now(UTC), limit=500) if one.id in names]


def leaving(database: Database, settings: Settings, mails: list[Mail]) -> set[str]:
    """The kinds of these mails that would leave at this moment."""
    compose = Contents(database, settings, read_secret(settings.var_folder))
    return {mail.kind for mail in mails if compose(mail) is not None}


def test_all_that_is_mailed_to_partners_waits_here(
    database: Database, settings: Settings, mails: list[Mail]
) -> None:
    assert set(KINDS) >= TO_PARTNERS
    assert {mail.kind for mail in mails} == TO_PARTNERS
    assert leaving(database, settings, mails) == TO_PARTNERS


def test_nothing_leaves_for_a_resident_who_did_not_agree(
    database: Database, settings: Settings, mails: list[Mail]
) -> None:
    with database.write() as session:
        kinds = {row.id: (row.kind, row.consent_on) for row in session.scalars(select(Partner))}
        session.execute(update(Partner).values(kind="initiatiefnemer", consent_on=None))
    assert leaving(database, settings, mails) == set()
    with database.write() as session:
        for number, (kind, consent) in kinds.items():
            row = session.get_one(Partner, number)
            row.kind, row.consent_on = kind, consent
    assert leaving(database, settings, mails) == TO_PARTNERS


def test_nothing_leaves_for_an_address_that_refused_before_it_was_put_in_the_register_again(
    database: Database, settings: Settings, mails: list[Mail]
) -> None:
    secret, now = read_secret(settings.var_folder), datetime.now(UTC)
    with database.write() as session:
        for address in {mail.recipient for mail in mails}:
            known = refusals.digest(OWN, address, secret)
            session.add(MailRefusal(municipality_code=OWN, address_hash=known, refused_at=now))
        assert session.scalars(select(Partner).where(Partner.opted_out_at.is_not(None))).all() == []
    assert leaving(database, settings, mails) == set()
