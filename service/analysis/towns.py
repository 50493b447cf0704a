"""Towns: which gemeente a page is about, and whether made-up data are shown for it."""

from __future__ import annotations

from data import sources
from data.rights import EVERYWHERE
from data.sources import SourceKind
from data.visibility import Viewer
from service.analysis import places
from service.analysis.places import Place, Places
from service.analysis.workbench import Workbench


def town(workbench: Workbench, asked: str | None, *, default: str) -> Places | None:
    """Return the gemeente that was asked for, else the default, else the first; None when none is loaded."""
    if asked:
        return places.places(workbench, asked)
    known = [place.code for place in towns(workbench)]
    if not known:
        return None
    return places.places(workbench, default if default in known else known[0])


def home(viewer: Viewer, *, default: str) -> str:
    """Return the gemeente whose figures this viewer works with: the default when it is one, or for all."""
    own = viewer.sees
    return default if not own or own & {default, EVERYWHERE} else min(own)


def towns(workbench: Workbench) -> list[Place]:
    """Return the gemeenten to choose from, by name."""
    return places.gemeenten(workbench)


def has_example(workbench: Workbench, gemeente: str) -> bool:
    """Return whether meldingen of a gemeente are made up; of initiatieven each row tells."""
    with workbench.session() as session:
        return workbench.remember(
            session,
            ("example", gemeente),
            lambda: any(
                source.example for source in sources.of_kind(session, SourceKind.MELDINGEN, gemeente)
            ),
        )
