"""Choices: the words that some columns of the tables keep to."""

from __future__ import annotations

import enum


class PrivacyClass(enum.StrEnum):
    """Who may see a record of a category."""

    EXACT = "exact"
    GEBIED = "gebied"
    INTERN = "intern"


class Channel(enum.StrEnum):
    """The way a melding came in."""

    WEB = "web"
    PHONE = "telefoon"
    DESK = "balie"
    IMPORT = "import"


class Status(enum.StrEnum):
    """Where a melding stands."""

    REPORTED = "gemeld"
    IN_PROGRESS = "in behandeling"
    FORWARDED = "doorgestuurd"
    CLOSED = "afgehandeld"


class ImportState(enum.StrEnum):
    """How far an import is: readers see its rows only when it is visible."""

    APPLYING = "bezig"
    VISIBLE = "zichtbaar"
    FAILED = "mislukt"
