"""Categories: the soorten melding of each edition, with their privacy class and fixed main group."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib.resources import files
from typing import Any

from data.choices import PrivacyClass
from geo.errors import CategoryError
from geo.main_groups import Crosswalk, MainGroup
from geo.measures import Selection

_FOLDER = files("data") / "resources" / "categorieen"

# Before the slug of a name that the edition does not know, so that it can never pass for a known one.
UNKNOWN = "onbekend-"


@dataclass(frozen=True, slots=True)
class Category:
    """A soort melding. What nobody decided about yet is `gebied` and `iets-anders`."""

    slug: str
    naam: str
    parent: str
    main_group: MainGroup = MainGroup.IETS_ANDERS
    privacy: PrivacyClass = PrivacyClass.GEBIED


@dataclass(frozen=True)
class CategoryEdition:
    """A category tree as one system uses it: its groups (slug to name) and the soorten in them."""

    edition: str
    naam: str
    source: str
    groups: Mapping[str, str]
    categories: tuple[Category, ...]
    not_supplied: frozenset[str] = field(default=frozenset())

    @cached_property
    def by_slug(self) -> dict[str, Category]:
        """Each soort by its slug."""
        return {one.slug: one for one in self.categories}

    @cached_property
    def crosswalk(self) -> Crosswalk:
        """From the slugs of this edition to the fixed main groups."""
        return Crosswalk(self.edition, {one.slug: one.main_group for one in self.categories})

    def find(self, naam: str, parent: str | None = None) -> Category | None:
        """The soort with this name or slug, however it is written, under this parent; None when unknown.

        Without a parent the name must fit one soort only.
        """
        name, above = _plain(naam), None if parent is None else _plain(parent)
        found = [
            one for one in self._by_name.get(name, ()) if above is None or above in self._parent_names(one)
        ]
        return found[0] if len(found) == 1 else None

    def classes(self, selection: Selection) -> frozenset[PrivacyClass]:
        """The privacy classes that a selection takes from; the public may see figures of only `exact`."""
        return frozenset(self.by_slug[slug].privacy for slug in selection.slugs(self.crosswalk))

    @cached_property
    def _by_name(self) -> dict[str, list[Category]]:
        names: dict[str, list[Category]] = {}
        for one in self.categories:
            for name in {_plain(one.naam), _plain(one.slug)}:
                names.setdefault(name, []).append(one)
        return names

    def _parent_names(self, category: Category) -> set[str]:
        return {_plain(category.parent), _plain(self.groups[category.parent])}


def editions() -> tuple[str, ...]:
    """The names of the bundled editions."""
    names = (entry.name for entry in _FOLDER.iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


def category_edition(edition: str) -> CategoryEdition:
    """The bundled edition of this name; CategoryError when there is none."""
    if edition not in editions():
        raise CategoryError(f"Er is geen indeling {edition!r}; wel: {', '.join(editions())}.")
    return read_edition((_FOLDER / f"{edition}.toml").read_text(encoding="utf-8"))


def read_edition(text: str) -> CategoryEdition:
    """The edition that this TOML text describes; CategoryError when a slug, group or class is wrong."""
    table = tomllib.loads(text)
    groups = {group["slug"]: group["naam"] for group in table["groepen"]}
    categories = tuple(
        _category(row, group["slug"]) for group in table["groepen"] for row in group["categorieen"]
    )
    _refuse_twice((one.slug for one in categories), table["editie"])
    not_supplied = frozenset(table["niet_geleverd"])
    strange = not_supplied - {one.slug for one in categories}
    if strange:
        raise CategoryError(
            f"Indeling {table['editie']} kent niet wat niet geleverd is: {', '.join(strange)}."
        )
    return CategoryEdition(table["editie"], table["naam"], table["bron"], groups, categories, not_supplied)


def _category(row: Mapping[str, Any], parent: str) -> Category:
    privacy = row.get("privacy", PrivacyClass.GEBIED)
    if privacy not in (PrivacyClass.EXACT, PrivacyClass.GEBIED):
        raise CategoryError(f"Soort {row['slug']} heeft klasse {privacy!r}; het kan zijn: exact, gebied.")
    group = row.get("hoofdgroep", MainGroup.IETS_ANDERS)
    if group not in set(MainGroup):
        raise CategoryError(f"Soort {row['slug']} noemt hoofdgroep {group!r}, en die is er niet.")
    return Category(row["slug"], row["naam"], parent, MainGroup(group), PrivacyClass(privacy))


def _refuse_twice(slugs: Iterable[str], edition: str) -> None:
    seen: set[str] = set()
    for slug in slugs:
        if slug in seen:
            raise CategoryError(f"Indeling {edition} noemt soort {slug} twee keer.")
        seen.add(slug)


def _plain(text: str) -> str:
    """The words of a name in lower case, without accents and marks."""
    bare = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(one for one in bare if not unicodedata.combining(one))
    return " ".join(re.findall(r"[a-z0-9]+", letters))
