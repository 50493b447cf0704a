"""Texts: what the pages say, one catalogue per language."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from maps.numbers import dutch

DEFAULT = "nl"


class UnknownText(KeyError):
    """A page asks for a text that the catalogue does not have."""


@dataclass(frozen=True, eq=False)
class Catalogue:
    """The texts of one language by dotted key; `section` gives all texts of a table."""

    language: str
    tables: Mapping[str, Any]
    # What a language lacks is said in Dutch rather than not at all; a test keeps that from happening.
    behind: Mapping[str, Any] = field(default_factory=dict)

    def text(self, key: str, **values: object) -> str:
        """Return the text of a key, its {names} filled with the values; UnknownText when there is none."""
        found = self._at(key)
        if not isinstance(found, str):
            raise UnknownText(key)
        return found.format(**values) if values else found

    def counted(self, n: int, key: str) -> str:
        """Return a number with its word in the right form: `1 melding`, `1.204 meldingen`."""
        one, many = self._at(f"woord.{key}")
        number = dutch(n) if self.language == DEFAULT else f"{n:,}"
        return f"{number} {one if n == 1 else many}"

    def section(self, key: str) -> Mapping[str, Any]:
        """Return all texts of a table."""
        found = self._at(key)
        if not isinstance(found, Mapping):
            raise UnknownText(key)
        return found

    def entries(self, key: str) -> list[dict[str, str]]:
        """Return a list of texts that belong together, in the order of the catalogue."""
        found = self._at(key)
        if not isinstance(found, list):
            raise UnknownText(key)
        return found

    def parts(self, key: str) -> list[dict[str, Any]]:
        """Return the parts of a page, each with a heading, sentences and a list, in order."""
        found = self._at(key)
        if not isinstance(found, list):
            raise UnknownText(key)
        return found

    def _at(self, key: str) -> Any:
        for tables in (self.tables, self.behind):
            found: Any = tables
            for part in key.split("."):
                found = found.get(part) if isinstance(found, Mapping) else None
            if found is not None:
                return found
        raise UnknownText(key)


@cache
def catalogue(language: str = DEFAULT) -> Catalogue:
    """Return the catalogue of a language, read once."""
    text = files("service.texts").joinpath(f"{language}.toml").read_text(encoding="utf-8")
    behind = {} if language == DEFAULT else catalogue().tables
    return Catalogue(language, tomllib.loads(text), behind)
