"""Themes, meetings and partners: what lives in a gebied, what was chosen, who came and what was agreed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

RowId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the tables one step forward."""
    op.create_table(
        "help_offer",
        sa.Column("id", RowId, nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("municipality_code", sa.String(length=6), nullable=False),
        sa.Column("area", sa.String(length=10), nullable=False),
        sa.Column("themes", sa.JSON(), nullable=False),
        sa.Column("naam", sa.String(length=120), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("text", sa.String(length=300), nullable=False),
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("example", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_code"], ["municipality.code"], name=op.f("fk_help_offer_municipality_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_help_offer")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_help_offer_key_hash")),
        sa.UniqueConstraint("public_id", name=op.f("uq_help_offer_public_id")),
    )
    op.create_index(
        op.f("ix_help_offer_municipality_code_area"),
        "help_offer",
        ["municipality_code", "area"],
        unique=False,
    )
    op.create_table(
        "signal",
        sa.Column("id", RowId, nullable=False),
        sa.Column("municipality_code", sa.String(length=6), nullable=False),
        sa.Column("area", sa.String(length=10), nullable=False),
        sa.Column("theme", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=120), nullable=False),
        sa.Column("example", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_code"], ["municipality.code"], name=op.f("fk_signal_municipality_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signal")),
    )
    op.create_index(
        op.f("ix_signal_municipality_code_area"), "signal", ["municipality_code", "area"], unique=False
    )
    op.create_table(
        "theme_choice",
        sa.Column("id", RowId, nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("municipality_code", sa.String(length=6), nullable=False),
        sa.Column("gebied", sa.String(length=10), nullable=False),
        sa.Column("period", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("proposed", sa.JSON(), nullable=False),
        sa.Column("snapshot", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=120), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("theme", sa.String(length=60), nullable=True),
        sa.Column("form", sa.String(length=40), nullable=True),
        sa.Column("against_advice", sa.Boolean(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=True),
        sa.Column("opinion", sa.Text(), nullable=True),
        sa.Column("told", sa.Text(), nullable=True),
        sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("chosen_by", sa.String(length=120), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["municipality_code"], ["municipality.code"], name=op.f("fk_theme_choice_municipality_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_theme_choice")),
        sa.UniqueConstraint("public_id", name=op.f("uq_theme_choice_public_id")),
    )
    op.create_index(
        op.f("ix_theme_choice_municipality_code_gebied_created_at"),
        "theme_choice",
        ["municipality_code", "gebied", "created_at"],
        unique=False,
    )
    op.create_table(
        "theme_version",
        sa.Column("id", RowId, nullable=False),
        sa.Column("municipality_code", sa.String(length=6), nullable=False),
        sa.Column("theme", sa.String(length=60), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_code"], ["municipality.code"], name=op.f("fk_theme_version_municipality_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_theme_version")),
    )
    op.create_index(
        op.f("ix_theme_version_municipality_code_theme"),
        "theme_version",
        ["municipality_code", "theme"],
        unique=False,
    )
    op.create_table(
        "town_days",
        sa.Column("id", RowId, nullable=False),
        sa.Column("municipality_code", sa.String(length=6), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("naam", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_code"], ["municipality.code"], name=op.f("fk_town_days_municipality_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_town_days")),
    )
    op.create_index(op.f("ix_town_days_municipality_code"), "town_days", ["municipality_code"], unique=False)
    op.create_table(
        "introduction",
        sa.Column("id", RowId, nullable=False),
        sa.Column("municipality_code", sa.String(length=6), nullable=False),
        sa.Column("one_id", RowId, nullable=False),
        sa.Column("other_id", RowId, nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proposed_by", sa.String(length=120), nullable=False),
        sa.Column("one_agreed", sa.Boolean(), nullable=True),
        sa.Column("other_agreed", sa.Boolean(), nullable=True),
        sa.Column("introduced_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["municipality_code"], ["municipality.code"], name=op.f("fk_introduction_municipality_code")
        ),
        sa.ForeignKeyConstraint(
            ["one_id"], ["help_offer.id"], name=op.f("fk_introduction_one_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["other_id"], ["help_offer.id"], name=op.f("fk_introduction_other_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_introduction")),
    )
    op.create_index(
        op.f("ix_introduction_municipality_code"), "introduction", ["municipality_code"], unique=False
    )
    op.create_index(op.f("ix_introduction_one_id"), "introduction", ["one_id"], unique=False)
    op.create_index(op.f("ix_introduction_other_id"), "introduction", ["other_id"], unique=False)
    op.create_table(
        "meeting",
        sa.Column("id", RowId, nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("municipality_code", sa.String(length=6), nullable=False),
        sa.Column("gebied", sa.String(length=10), nullable=False),
        sa.Column("choice_id", RowId, nullable=True),
        sa.Column("theme", sa.String(length=60), nullable=True),
        sa.Column("form", sa.String(length=40), nullable=False),
        sa.Column("titel", sa.String(length=160), nullable=False),
        sa.Column("intro", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("place", sa.String(length=160), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("accessible", sa.String(length=300), nullable=False),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("x", sa.Double(), nullable=True),
        sa.Column("y", sa.Double(), nullable=True),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("route", sa.JSON(), nullable=True),
        sa.Column("announced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("report", sa.Text(), nullable=True),
        sa.Column("report_released", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=120), nullable=False),
        sa.Column("example", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["choice_id"], ["theme_choice.id"], name=op.f("fk_meeting_choice_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["municipality_code"], ["municipality.code"], name=op.f("fk_meeting_municipality_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting")),
        sa.UniqueConstraint("public_id", name=op.f("uq_meeting_public_id")),
    )
    op.create_index(op.f("ix_meeting_choice_id"), "meeting", ["choice_id"], unique=False)
    op.create_index(
        op.f("ix_meeting_municipality_code_gebied_starts_at"),
        "meeting",
        ["municipality_code", "gebied", "starts_at"],
        unique=False,
    )
    op.create_table(
        "partner",
        sa.Column("id", RowId, nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("municipality_code", sa.String(length=6), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("organisation", sa.String(length=160), nullable=False),
        sa.Column("role", sa.String(length=120), nullable=False),
        sa.Column("naam", sa.String(length=120), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("telefoon", sa.String(length=20), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("themes", sa.JSON(), nullable=False),
        sa.Column("gebieden", sa.JSON(), nullable=False),
        sa.Column("account_id", RowId, nullable=True),
        sa.Column("consent_on", sa.Date(), nullable=True),
        sa.Column("consent_how", sa.String(length=200), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("confirmed_on", sa.Date(), nullable=True),
        sa.Column("opted_out_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=120), nullable=False),
        sa.Column("example", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_partner_account_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["municipality_code"], ["municipality.code"], name=op.f("fk_partner_municipality_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner")),
        sa.UniqueConstraint("public_id", name=op.f("uq_partner_public_id")),
    )
    op.create_index(op.f("ix_partner_account_id"), "partner", ["account_id"], unique=False)
    op.create_index(
        op.f("ix_partner_municipality_code_organisation"),
        "partner",
        ["municipality_code", "organisation"],
        unique=False,
    )
    op.create_table(
        "agenda_item",
        sa.Column("id", RowId, nullable=False),
        sa.Column("meeting_id", RowId, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("titel", sa.String(length=160), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meeting.id"], name=op.f("fk_agenda_item_meeting_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agenda_item")),
    )
    op.create_index(op.f("ix_agenda_item_meeting_id"), "agenda_item", ["meeting_id"], unique=False)
    op.create_table(
        "agreement",
        sa.Column("id", RowId, nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("municipality_code", sa.String(length=6), nullable=False),
        sa.Column("gebied", sa.String(length=10), nullable=False),
        sa.Column("meeting_id", RowId, nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("partner_id", RowId, nullable=True),
        sa.Column("account_id", RowId, nullable=True),
        sa.Column("owner", sa.String(length=160), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=120), nullable=False),
        sa.Column("example", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_agreement_account_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meeting.id"], name=op.f("fk_agreement_meeting_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["municipality_code"], ["municipality.code"], name=op.f("fk_agreement_municipality_code")
        ),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partner.id"], name=op.f("fk_agreement_partner_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement")),
        sa.UniqueConstraint("public_id", name=op.f("uq_agreement_public_id")),
    )
    op.create_index(op.f("ix_agreement_account_id"), "agreement", ["account_id"], unique=False)
    op.create_index(op.f("ix_agreement_meeting_id"), "agreement", ["meeting_id"], unique=False)
    op.create_index(
        op.f("ix_agreement_municipality_code_gebied_due_on"),
        "agreement",
        ["municipality_code", "gebied", "due_on"],
        unique=False,
    )
    op.create_index(op.f("ix_agreement_partner_id"), "agreement", ["partner_id"], unique=False)
    op.create_table(
        "attendance",
        sa.Column("meeting_id", RowId, autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meeting.id"], name=op.f("fk_attendance_meeting_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("meeting_id", "kind", name=op.f("pk_attendance")),
    )
    op.create_table(
        "choice_reaction",
        sa.Column("id", RowId, nullable=False),
        sa.Column("choice_id", RowId, nullable=False),
        sa.Column("partner_id", RowId, nullable=True),
        sa.Column("naam", sa.String(length=160), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("preferred", sa.String(length=60), nullable=True),
        sa.Column("facts", sa.Text(), nullable=True),
        sa.Column("opinion", sa.Text(), nullable=True),
        sa.Column("reacted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["choice_id"], ["theme_choice.id"], name=op.f("fk_choice_reaction_choice_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partner.id"], name=op.f("fk_choice_reaction_partner_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_choice_reaction")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_choice_reaction_token_hash")),
    )
    op.create_index(op.f("ix_choice_reaction_choice_id"), "choice_reaction", ["choice_id"], unique=False)
    op.create_index(op.f("ix_choice_reaction_partner_id"), "choice_reaction", ["partner_id"], unique=False)
    op.create_table(
        "evaluation",
        sa.Column("id", RowId, nullable=False),
        sa.Column("municipality_code", sa.String(length=6), nullable=False),
        sa.Column("gebied", sa.String(length=10), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("meeting_id", RowId, nullable=True),
        sa.Column("partner_id", RowId, nullable=True),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("entered_by", sa.String(length=120), nullable=True),
        sa.Column("example", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meeting.id"], name=op.f("fk_evaluation_meeting_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["municipality_code"], ["municipality.code"], name=op.f("fk_evaluation_municipality_code")
        ),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partner.id"], name=op.f("fk_evaluation_partner_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evaluation")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_evaluation_key_hash")),
    )
    op.create_index(op.f("ix_evaluation_meeting_id"), "evaluation", ["meeting_id"], unique=False)
    op.create_index(
        op.f("ix_evaluation_municipality_code_gebied_year"),
        "evaluation",
        ["municipality_code", "gebied", "year"],
        unique=False,
    )
    op.create_index(op.f("ix_evaluation_partner_id"), "evaluation", ["partner_id"], unique=False)
    op.create_table(
        "invitation",
        sa.Column("id", RowId, nullable=False),
        sa.Column("meeting_id", RowId, nullable=False),
        sa.Column("partner_id", RowId, nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("way", sa.String(length=10), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meeting.id"], name=op.f("fk_invitation_meeting_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partner.id"], name=op.f("fk_invitation_partner_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("meeting_id", "partner_id", name=op.f("uq_invitation_meeting_id_partner_id")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invitation_token_hash")),
    )
    op.create_index(op.f("ix_invitation_partner_id"), "invitation", ["partner_id"], unique=False)
    op.create_table(
        "poll_answer",
        sa.Column("id", RowId, nullable=False),
        sa.Column("municipality_code", sa.String(length=6), nullable=False),
        sa.Column("area", sa.String(length=10), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("meeting_id", RowId, nullable=True),
        sa.Column("themes", sa.JSON(), nullable=False),
        sa.Column("wants_activity", sa.Boolean(), nullable=False),
        sa.Column("knows_not_how", sa.Boolean(), nullable=False),
        sa.Column("wants_to_help", sa.Boolean(), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("entered_by", sa.String(length=120), nullable=True),
        sa.Column("example", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meeting.id"], name=op.f("fk_poll_answer_meeting_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["municipality_code"], ["municipality.code"], name=op.f("fk_poll_answer_municipality_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_poll_answer")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_poll_answer_key_hash")),
    )
    op.create_index(op.f("ix_poll_answer_meeting_id"), "poll_answer", ["meeting_id"], unique=False)
    op.create_index(
        op.f("ix_poll_answer_municipality_code_area_day"),
        "poll_answer",
        ["municipality_code", "area", "day"],
        unique=False,
    )
    op.create_table(
        "registration",
        sa.Column("id", RowId, nullable=False),
        sa.Column("meeting_id", RowId, nullable=False),
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("naam", sa.String(length=120), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("may_mail", sa.Boolean(), nullable=False),
        sa.Column("checked", sa.Boolean(), nullable=False),
        sa.Column("needs", sa.String(length=300), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meeting.id"], name=op.f("fk_registration_meeting_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_registration_key_hash")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_registration_token_hash")),
    )
    op.create_index(op.f("ix_registration_meeting_id"), "registration", ["meeting_id"], unique=False)


def downgrade() -> None:
    """Take the tables one step back."""
    op.drop_table("registration")
    op.drop_table("poll_answer")
    op.drop_table("invitation")
    op.drop_table("evaluation")
    op.drop_table("choice_reaction")
    op.drop_table("attendance")
    op.drop_table("agreement")
    op.drop_table("agenda_item")
    op.drop_table("partner")
    op.drop_table("meeting")
    op.drop_table("introduction")
    op.drop_table("town_days")
    op.drop_table("theme_version")
    op.drop_table("theme_choice")
    op.drop_table("signal")
    op.drop_table("help_offer")
