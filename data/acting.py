"""Acting: in which areas of a gemeente somebody may do something, and not only read it."""

from __future__ import annotations

from sqlalchemy.orm import Session

from data.organisations import buurten_of
from data.rights import Right
from data.visibility import Viewer


def acts_in(session: Session, viewer: Viewer, right: Right, gemeente: str, area: str) -> bool:
    """Return whether somebody has a right for an area of a gemeente.

    A role for some areas alone is for what lies within them as a whole.
    """
    grants = [one for one in viewer.grants if one.gives(right) and one.covers(gemeente)]
    if any(not one.gebieden or area in one.gebieden for one in grants):
        return True
    buurten = buurten_of(session, [area])
    own = buurten_of(session, {code for one in grants for code in one.gebieden})
    return bool(buurten) and buurten <= own


def acts_everywhere(viewer: Viewer, right: Right, gemeente: str) -> bool:
    """Return whether somebody has a right for all of a gemeente, and not for some areas of it alone."""
    return any(one.gives(right) and one.covers(gemeente) and not one.gebieden for one in viewer.grants)
