"""Towns of figures: for which gemeenten somebody who has logged in may open a page of the workbench."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import HTTPException

from data.rights import Right
from data.visibility import Viewer
from service.analysis import towns
from service.analysis.places import Place
from service.analysis.workbench import Workbench


@dataclass(frozen=True, slots=True)
class FigureTowns:
    """The gemeenten of a page that any of these rights opens."""

    rights: tuple[Right, ...]

    def may(self, viewer: Viewer, gemeente: str) -> bool:
        """Return whether the page of a gemeente is open to this viewer."""
        return any(viewer.may(right, gemeente) for right in self.rights)

    def check(self, viewer: Viewer, gemeente: str) -> None:
        """Answer 404 for the page of a gemeente that is not open to this viewer."""
        if not self.may(viewer, gemeente):
            raise HTTPException(404)

    def all(self, viewer: Viewer, workbench: Workbench) -> list[Place]:
        """Return the gemeenten that this viewer can choose from."""
        return [one for one in towns.towns(workbench) if self.may(viewer, one.code)]

    def first(self, viewer: Viewer, workbench: Workbench, *, default: str) -> str | None:
        """Return the gemeente to begin with: the default when it is one, else the first; None without any.

        Answers 404 when gemeenten are known and none is open to this viewer.
        """
        own = [one.code for one in self.all(viewer, workbench)]
        if not own and towns.towns(workbench):
            raise HTTPException(404)
        return default if default in own else next(iter(own), None)
