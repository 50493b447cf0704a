"""Feeds: the public meldingen of a place as Atom (RFC 4287), days and never times."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Final, NamedTuple
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element, SubElement, tostring

from geo.exposure import AMSTERDAM

ATOM: Final = "http://www.w3.org/2005/Atom"
# Part of the names of feeds and entries, so it stays as it is for good.
SINCE: Final = "2026"


class Entry(NamedTuple):
    """A melding in a feed: its title, what is said of it, and the days on which it was made and changed."""

    public_id: str
    title: str
    summary: str
    published: date
    updated: date
    kind: str


class Feed(NamedTuple):
    """A place with its newest meldingen; `updated` stands for a feed without any."""

    code: str
    title: str
    page: str
    entries: tuple[Entry, ...]
    updated: date


def atom(feed: Feed, *, base: str, author: str) -> bytes:
    """Return a feed as a document; `base` is the address of the service without a slash at the end."""
    root = Element("feed", {"xmlns": ATOM, "xml:lang": "nl"})
    _text(root, "id", _name(base, f"gebied/{feed.code}"))
    _text(root, "title", feed.title)
    _text(root, "updated", _moment(max([one.updated for one in feed.entries], default=feed.updated)))
    SubElement(root, "link", rel="self", type="application/atom+xml", href=f"{base}/feeds/{feed.code}.atom")
    SubElement(root, "link", rel="alternate", type="text/html", href=base + feed.page)
    _text(SubElement(root, "author"), "name", author)
    _add(root, feed.entries, base)
    written: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _add(root: Element, entries: Iterable[Entry], base: str) -> None:
    for one in entries:
        entry = SubElement(root, "entry")
        _text(entry, "id", _name(base, f"melding/{one.public_id}"))
        _text(entry, "title", one.title)
        _text(entry, "published", _moment(one.published))
        _text(entry, "updated", _moment(one.updated))
        SubElement(entry, "link", rel="alternate", type="text/html", href=f"{base}/meldingen/{one.public_id}")
        SubElement(entry, "category", term=_plain(one.kind))
        _text(entry, "summary", one.summary)


def _text(parent: Element, name: str, value: str) -> None:
    SubElement(parent, name).text = _plain(value)


def _plain(value: str) -> str:
    """Return a text without the signs that XML cannot hold."""
    return "".join(sign for sign in value if sign.isprintable() or sign in "\n\t")


def _name(base: str, path: str) -> str:
    """Return a name that stays the same wherever the feed is read (RFC 4151)."""
    return f"tag:{urlsplit(base).hostname},{SINCE}:{path}"


def _moment(day: date) -> str:
    """Return the beginning of a day in Amsterdam: the time of a melding is not public."""
    return datetime.combine(day, time.min, AMSTERDAM).isoformat()
