"""Rights: which role may do what; what no line of the table grants is denied."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

# Stands for every gemeente, for logins from the settings and for the command line.
EVERYWHERE: Final = "*"


class Role(StrEnum):
    """What somebody is for a gemeente."""

    WIJKCOORDINATOR = "wijkcoordinator"
    BELEIDSADVISEUR = "beleidsadviseur"
    MODERATOR = "moderator"
    COLLEGA = "collega"
    PARTNER = "partner"
    BEWONERSORGANISATIE = "bewonersorganisatie"
    BEHEERDER = "beheerder"
    PRIVACY_OFFICER = "privacy_officer"


class Right(StrEnum):
    """What somebody may do with what is of a gemeente."""

    FIGURES_STAFF = "figures_staff"
    DESK_READ = "desk_read"
    DESK_HANDLE = "desk_handle"
    MODERATE = "moderate"
    CONTACT_SHOW = "contact_show"
    ANSWER = "answer"
    INTAKE_FOR_CALLER = "intake_for_caller"
    ASSIGNED_READ = "assigned_read"
    PARTNER_TASKS = "partner_tasks"
    OWN_PAGE = "own_page"
    ACCOUNTS = "accounts"
    CONFIGURE = "configure"
    IMPORT = "import"
    AUDIT_READ = "audit_read"
    ERASE = "erase"
    REQUESTS = "requests"
    THEMES_READ = "themes_read"
    THEMES_CHOOSE = "themes_choose"
    MEETINGS = "meetings"
    PARTNERS = "partners"
    ACTIONS = "actions"


RIGHTS: Final[Mapping[Role, frozenset[Right]]] = MappingProxyType(
    {
        Role.WIJKCOORDINATOR: frozenset(
            {
                Right.FIGURES_STAFF,
                Right.DESK_READ,
                Right.DESK_HANDLE,
                Right.MODERATE,
                Right.CONTACT_SHOW,
                Right.ANSWER,
                Right.INTAKE_FOR_CALLER,
                Right.THEMES_READ,
                Right.THEMES_CHOOSE,
                Right.MEETINGS,
                Right.PARTNERS,
                Right.ACTIONS,
            }
        ),
        Role.BELEIDSADVISEUR: frozenset({Right.FIGURES_STAFF, Right.THEMES_READ, Right.ACTIONS}),
        Role.MODERATOR: frozenset({Right.DESK_READ, Right.MODERATE}),
        Role.COLLEGA: frozenset({Right.ASSIGNED_READ, Right.ACTIONS}),
        Role.PARTNER: frozenset({Right.PARTNER_TASKS, Right.ACTIONS}),
        Role.BEWONERSORGANISATIE: frozenset({Right.OWN_PAGE, Right.ACTIONS}),
        Role.BEHEERDER: frozenset({Right.ACCOUNTS, Right.CONFIGURE, Right.IMPORT}),
        Role.PRIVACY_OFFICER: frozenset({Right.AUDIT_READ, Right.ERASE, Right.REQUESTS}),
    }
)


@dataclass(frozen=True, slots=True)
class Grant:
    """A role for one gemeente, or for some of its gebieden, wijken or buurten; no `gebieden` means all."""

    role: Role
    gemeente: str
    gebieden: tuple[str, ...] = ()

    def gives(self, right: Right) -> bool:
        """Return whether the role has this right."""
        return right in RIGHTS[self.role]

    def covers(self, gemeente: str) -> bool:
        """Return whether the role counts in this gemeente."""
        return self.gemeente in {gemeente, EVERYWHERE}


# What a login from the settings gets: one operator who shows everything, as in the demo.
ALL_ROLES: Final = tuple(Grant(role, EVERYWHERE) for role in Role)
