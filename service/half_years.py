"""Half-years: the spring and the autumn in which a gebied meets, as `2026-1` and `2026-2`."""

from __future__ import annotations

import re
from datetime import date
from typing import Final, NamedTuple

from service.texts import catalogue

WRITTEN: Final = re.compile(r"(20\d\d)-([12])")
# After the summer holidays the autumn begins, also where those end last.
AUTUMN_FROM: Final = 8


class HalfYear(NamedTuple):
    """A spring (1: January to July) or an autumn (2: August to December)."""

    year: int
    part: int

    @classmethod
    def of(cls, day: date) -> HalfYear:
        """Return the half-year of a day."""
        return cls(day.year, 2 if day.month >= AUTUMN_FROM else 1)

    @classmethod
    def read(cls, text: str) -> HalfYear | None:
        """Return the half-year that was written; None for anything else."""
        found = WRITTEN.fullmatch(text)
        return None if found is None else cls(int(found[1]), int(found[2]))

    def __str__(self) -> str:
        """Return it as it is stored."""
        return f"{self.year}-{self.part}"

    @property
    def after(self) -> HalfYear:
        """The half-year after this one."""
        return HalfYear(self.year, 2) if self.part == 1 else HalfYear(self.year + 1, 1)

    @property
    def words(self) -> str:
        """It in words, such as `najaar 2026`."""
        t = catalogue().text
        season = t("keuzes.voorjaar") if self.part == 1 else t("keuzes.najaar")
        return f"{season} {self.year}"


def words_of(text: str) -> str:
    """Return a stored half-year in words; what is none stays as it is."""
    found = HalfYear.read(text)
    return text if found is None else found.words


def coming(day: date, number: int = 3) -> list[HalfYear]:
    """Return the half-year of a day and those after it."""
    found = [HalfYear.of(day)]
    while len(found) < number:
        found.append(found[-1].after)
    return found
