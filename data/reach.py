"""Reach: which buurten the codes of gebieden, wijken and buurten stand for, and what they are called."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from data.gebied_models import Gebied
from data.models import Area, Municipality
from data.organisations import buurten_of
from data.rights import Right
from data.visibility import Viewer

WHOLE: Final = "GM"


class Reach:
    """Looks codes up, each once; a code of a gemeente, or no code at all, stands for everywhere in it."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._buurten: dict[str, frozenset[str]] = {}
        self._names: dict[str, str] = {}

    def overlap(self, one: Iterable[str], other: Iterable[str]) -> bool:
        """Return whether two lists of codes have a buurt in common."""
        ours, theirs = list(one), list(other)
        if _is_whole(ours) or _is_whole(theirs):
            return True
        return any(
            mine == his or not self._of(mine).isdisjoint(self._of(his)) for mine in ours for his in theirs
        )

    def covers(self, viewer: Viewer, right: Right, gemeente: str, codes: Iterable[str]) -> bool:
        """Return whether this viewer acts on what is of these areas: some of them are his, or he has all."""
        wanted = list(codes)
        own = [one for one in viewer.grants if one.gives(right) and one.covers(gemeente)]
        return any(not one.gebieden or self.overlap(one.gebieden, wanted) for one in own)

    def name(self, code: str) -> str:
        """Return what an area is called; its code when nobody knows it."""
        if code not in self._names:
            self._names[code] = self._look_up(code)
        return self._names[code]

    def _of(self, code: str) -> frozenset[str]:
        if code not in self._buurten:
            self._buurten[code] = buurten_of(self._session, [code])
        return self._buurten[code]

    def _look_up(self, code: str) -> str:
        for column, order, key in (
            (Gebied.naam, Gebied.valid_from, Gebied.code),
            (Area.naam, Area.edition, Area.code),
            (Municipality.naam, Municipality.code, Municipality.code),
        ):
            found = self._session.scalar(select(column).where(key == code).order_by(order.desc()).limit(1))
            if found is not None:
                return found
        return code


def _is_whole(codes: list[str]) -> bool:
    return not codes or any(one.startswith(WHOLE) for one in codes)


def area_names(session: Session, gemeente: str) -> dict[str, dict[str, str]]:
    """Return the gebieden, wijken and buurten of a gemeente: per level the names by code, in their order."""
    named = select(Gebied.code, Gebied.naam).where(
        Gebied.municipality_code == gemeente, Gebied.valid_to.is_(None)
    )
    found: dict[str, dict[str, str]] = {"gebied": {}}
    for code, naam in session.execute(named.order_by(Gebied.naam)):
        found["gebied"][code] = naam
    newest = select(func.max(Area.edition)).where(Area.municipality_code == gemeente).scalar_subquery()
    areas = select(Area.level, Area.code, Area.naam).where(
        Area.municipality_code == gemeente, Area.edition == newest, Area.level.in_(("wijk", "buurt"))
    )
    for level, code, naam in session.execute(areas.order_by(Area.level.desc(), Area.naam)):
        found.setdefault(level, {})[code] = naam
    return found
