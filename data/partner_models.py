"""The tables of partners: the register, invitations, and residents who find each other."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from data.columns import FreeLine, RowId
from data.models import Table


class Partner(Table):
    """Who can be invited: a bewonersorganisatie, organisation, partner or official.

    `kind` is `bewonersorganisatie`, `organisatie`, `partner`, `ambtenaar` or `initiatiefnemer`. It is a
    function before it is a person: with a sensitive theme `naam` stays empty. `role` is the kind of people
    in the registry of themes ("wijkverpleegkundige"). Without `consent_on` no mail leaves to a private
    person; who said no has `opted_out_at`.
    """

    __tablename__ = "partner"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True)
    municipality_code: Mapped[str] = mapped_column(ForeignKey("municipality.code"))
    kind: Mapped[str] = mapped_column(String(20))
    organisation: Mapped[str] = mapped_column(FreeLine(160))
    role: Mapped[str] = mapped_column(FreeLine(120), default="")
    naam: Mapped[str] = mapped_column(FreeLine(120), default="")
    email: Mapped[str] = mapped_column(String(254), default="")
    telefoon: Mapped[str] = mapped_column(String(20), default="")
    address: Mapped[str] = mapped_column(FreeLine(200), default="")
    themes: Mapped[list[str]] = mapped_column(JSON)
    gebieden: Mapped[list[str]] = mapped_column(JSON)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"), index=True)
    consent_on: Mapped[date | None]
    consent_how: Mapped[str] = mapped_column(FreeLine(200), default="")
    source: Mapped[str] = mapped_column(FreeLine(200), default="")
    confirmed_on: Mapped[date | None]
    opted_out_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(120))
    example: Mapped[bool] = mapped_column(default=False)

    __table_args__ = (Index(None, "municipality_code", "organisation"),)

    @property
    def mailbox(self) -> str:
        """Where mail goes; empty without an address, and for who was made up."""
        return "" if self.example else self.email


class Invitation(Table):
    """A line of the invitation list of a meeting, with why it is there and what came back.

    It is `voorgesteld`, `uitgezet`, `verstuurd`, `komt`, `misschien` or `komt_niet`; `way` is `mail`,
    `brief` or `zelf` (called or asked by hand). `left_out` says why somebody was taken off the list. The link
    to answer by is derived from `public_id`, and works once it was sent. `to_tell` is `gewijzigd` or
    `afgelast` until the coordinator let somebody know whom no mail reaches, and `opnieuw` until who was
    mailed of another day or place answers anew.
    """

    __tablename__ = "invitation"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id", ondelete="CASCADE"))
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id", ondelete="CASCADE"), index=True)
    reason: Mapped[str] = mapped_column(FreeLine(300))
    state: Mapped[str] = mapped_column(String(20))
    way: Mapped[str] = mapped_column(String(10), default="mail")
    left_out: Mapped[str] = mapped_column(FreeLine(200), default="")
    sent_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    people: Mapped[int | None]
    note: Mapped[str] = mapped_column(FreeLine(300), default="")
    to_tell: Mapped[str] = mapped_column(String(10), default="", server_default="")

    __table_args__ = (UniqueConstraint("meeting_id", "partner_id"),)


class MailRefusal(Table):
    """An address that wants no invitations of a gemeente, as a keyed digest that outlives the partner."""

    __tablename__ = "mail_refusal"

    municipality_code: Mapped[str] = mapped_column(ForeignKey("municipality.code"), primary_key=True)
    address_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    refused_at: Mapped[datetime]


class HelpOffer(Table):
    """A resident who wants to do something for an area (`ik help mee`), with consent to be introduced.

    It counts from when the address was confirmed until `until`, or until it is taken back.
    """

    __tablename__ = "help_offer"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True)
    municipality_code: Mapped[str] = mapped_column(ForeignKey("municipality.code"))
    area: Mapped[str] = mapped_column(String(10))
    themes: Mapped[list[str]] = mapped_column(JSON)
    naam: Mapped[str] = mapped_column(FreeLine(120))
    email: Mapped[str] = mapped_column(String(254))
    text: Mapped[str] = mapped_column(FreeLine(300), default="")
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    offered_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    until: Mapped[date]
    withdrawn_at: Mapped[datetime | None]
    example: Mapped[bool] = mapped_column(default=False)

    __table_args__ = (Index(None, "municipality_code", "area"),)

    @property
    def mailbox(self) -> str:
        """Where mail goes; empty for who was made up."""
        return "" if self.example else self.email


class Introduction(Table):
    """Two residents whom a coordinator would bring together; mail with names leaves when both said yes."""

    __tablename__ = "introduction"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True)
    municipality_code: Mapped[str] = mapped_column(ForeignKey("municipality.code"), index=True)
    one_id: Mapped[int] = mapped_column(ForeignKey("help_offer.id", ondelete="CASCADE"), index=True)
    other_id: Mapped[int] = mapped_column(ForeignKey("help_offer.id", ondelete="CASCADE"), index=True)
    reason: Mapped[str] = mapped_column(FreeLine(300))
    proposed_at: Mapped[datetime]
    proposed_by: Mapped[str] = mapped_column(String(120))
    one_agreed: Mapped[bool | None]
    other_agreed: Mapped[bool | None]
    introduced_at: Mapped[datetime | None]
