"""Agendas: what a meeting of each form begins with, fitted to its length."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final, NamedTuple

from geo.errors import WijkbeeldError

STEP: Final = 5
MOST_ITEMS: Final = 20
LONGEST_TITLE: Final = 160
_LINE: Final = re.compile(r"(\d{1,3})\s+(\S.*)")


class WrongAgenda(WijkbeeldError):
    """An agenda cannot be kept; the message says which line or which sum is wrong."""


class Item(NamedTuple):
    """A part of a meeting."""

    minutes: int
    titel: str


@dataclass(frozen=True, slots=True)
class Template:
    """How a form usually goes: its length, its seats, its agenda, and how often it comes back."""

    minutes: int
    seats: int
    items: tuple[Item, ...]
    weeks: int = 0
    times: int = 1


@cache
def templates() -> Mapping[str, Template]:
    """Return the bundled templates by form."""
    path = files("data") / "resources" / "bijeenkomsten" / "agendas.toml"
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    return {
        form: Template(
            row["minuten"],
            row["plaatsen"],
            tuple(Item(*item) for item in row["agenda"]),
            row.get("weken", 0),
            row.get("keer", 1),
        )
        for form, row in table.items()
    }


def fitted(items: Sequence[Item], minutes: int) -> tuple[Item, ...]:
    """Return an agenda of this many minutes with the same shares, in steps of five where that fits.

    What is over goes to the longest item; each keeps a minute at least, so there are no more than minutes.
    """
    whole = sum(item.minutes for item in items)
    step = STEP if minutes >= STEP * len(items) else 1
    scaled = [
        Item(max(step, round(item.minutes * minutes / whole / step) * step), item.titel) for item in items
    ]
    while (over := minutes - sum(item.minutes for item in scaled)) != 0:
        longest = max(range(len(scaled)), key=lambda number: scaled[number].minutes)
        # What one item cannot give is taken from the next longest.
        scaled[longest] = scaled[longest]._replace(minutes=max(1, scaled[longest].minutes + over))
    return tuple(scaled)


def written(items: Sequence[Item]) -> str:
    """Return an agenda as lines to type in: the minutes, then the name."""
    return "\n".join(f"{item.minutes} {item.titel}" for item in items)


def read(text: str, minutes: int) -> tuple[Item, ...]:
    """Return the agenda that was typed; WrongAgenda when a line is no item or the minutes do not add up."""
    lines = [" ".join(line.split()) for line in text.splitlines() if line.strip()]
    if len(lines) > MOST_ITEMS:
        raise WrongAgenda(f"een agenda heeft hoogstens {MOST_ITEMS} onderdelen")
    items = tuple(_item(number, line) for number, line in enumerate(lines, 1))
    whole = sum(item.minutes for item in items)
    if items and whole != minutes:
        raise WrongAgenda(f"de agenda is samen {whole} minuten en de bijeenkomst duurt {minutes} minuten")
    return items


def _item(number: int, line: str) -> Item:
    found = _LINE.fullmatch(line)
    if found is None or int(found[1]) == 0:
        raise WrongAgenda(f"regel {number} begint niet met minuten: {line[:60]}")
    if len(found[2]) > LONGEST_TITLE:
        raise WrongAgenda(f"regel {number} is langer dan {LONGEST_TITLE} tekens")
    return Item(int(found[1]), found[2])
