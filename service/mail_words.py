"""Mail words: the mails that leave, from the catalogue of their texts; plain and HTML always say the same."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from functools import cache
from importlib.resources import files
from typing import Any, Final

from jinja2 import Environment, FunctionLoader, StrictUndefined

from geo.errors import WijkbeeldError

GENERAL: Final = "algemeen"
FOLDER: Final = "service.mails"


class UnknownMail(WijkbeeldError):
    """The catalogue has no mail of this kind."""


@dataclass(frozen=True, slots=True)
class Draft:
    """One mail before it has an address: its kind and what fills its sentences.

    `own` is a text in somebody's own words, `lines` a list, `more` how many lines were left out. `stop` is
    the link that ends these mails at once, for mails that somebody asked for; `calendar` goes as a file.
    """

    kind: str
    values: Mapping[str, Any] = field(default_factory=dict)
    link: str = ""
    own: str = ""
    lines: tuple[str, ...] = ()
    more: str = ""
    stop: str = ""
    gemeente: str = ""
    telefoon: str = ""
    calendar: bytes = b""


@dataclass(frozen=True, slots=True)
class Written:
    """A draft as it leaves: subject, plain text and HTML."""

    subject: str
    plain: str
    html: str


@cache
def mails() -> dict[str, dict[str, Any]]:
    """Return the catalogue of mails by kind."""
    return {kind: texts for kind, texts in _catalogue().items() if kind != GENERAL}


def write(draft: Draft) -> Written:
    """Return a draft in its words; UnknownMail for a kind that is not there."""
    if draft.kind not in mails():
        raise UnknownMail(f"er is geen mail van de soort {draft.kind}")
    texts = mails()[draft.kind]
    parts = _parts(draft, texts)
    return Written(
        texts["onderwerp"],
        _layout(html=False).get_template("brief.txt").render(parts),
        _layout(html=True).get_template("brief.html").render(parts),
    )


def message(
    written: Written, *, sender: str, recipient: str, message_id: str, stop: str, calendar: bytes = b""
) -> EmailMessage:
    """Return a message of both parts; nothing that somebody typed stands in its headers, the address apart.

    `stop` is the link that ends these mails: mail programs send a POST to it with one click (RFC 8058).
    """
    made = EmailMessage(policy=SMTP)
    made["From"] = sender
    made["To"] = recipient
    made["Subject"] = written.subject
    made["Message-ID"] = message_id
    made["Auto-Submitted"] = "auto-generated"
    if stop:
        made["List-Unsubscribe"] = f"<{stop}>"
        made["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    made.set_content(written.plain)
    made.add_alternative(written.html, subtype="html")
    if calendar:
        # A calendar that asks for something says so twice (RFC 6047).
        asks = {"method": "CANCEL"} if b"\r\nMETHOD:CANCEL\r\n" in calendar else {}
        # A mail program that is not told so reads a file as ASCII.
        params = {"charset": "utf-8", **asks}
        made.add_attachment(
            calendar, maintype="text", subtype="calendar", filename="bijeenkomst.ics", params=params
        )
    return made


def _parts(draft: Draft, texts: Mapping[str, Any]) -> dict[str, Any]:
    general = _catalogue()[GENERAL]
    named = texts.get("afzender", general["afzender"]) if draft.gemeente else general["afzender_zonder"]
    foot = [general["niet_antwoorden"]]
    if draft.telefoon:
        foot.append(_filled(general["bellen"], {"telefoon": draft.telefoon}))
    return {
        "onderwerp": texts["onderwerp"],
        "zinnen": [_filled(sentence, draft.values) for sentence in texts["zinnen"]],
        "eigen": draft.own,
        "eigen_kop": texts.get("eigen_kop", ""),
        "lijst": draft.lines,
        "meer": _filled(texts["meer"], {"meer": draft.more}) if draft.more else "",
        "knop": texts.get("knop", ""),
        "link": draft.link,
        "groet": general["groet"],
        "afzender": _filled(named, {"gemeente": draft.gemeente}),
        "voet": foot,
        "stoppen": draft.stop,
        "stop_zin": texts.get("uitschrijven", general["uitschrijven"]),
    }


@cache
def _catalogue() -> dict[str, dict[str, Any]]:
    return tomllib.loads(_text("nl.toml"))


def _filled(sentence: str, values: Mapping[str, Any]) -> str:
    """Return a sentence as plain text; the layout of a part escapes what that part needs escaped."""
    return _layout(html=False).from_string(sentence).render(values)


@cache
def _layout(*, html: bool) -> Environment:
    return Environment(
        loader=FunctionLoader(_text),
        autoescape=html,  # noqa: S701 (plain text has nothing to escape)
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _text(name: str) -> str:
    return files(FOLDER).joinpath(name).read_text(encoding="utf-8")
