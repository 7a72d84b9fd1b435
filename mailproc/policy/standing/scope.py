"""How far an opt-out reaches beyond the account that heard it: an enterprise, the whole installation (R11-R16)."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from mailproc.policy.standing.facts import ENTERPRISE, Fact
from mailproc.policy.standing.pepper import NO_PEPPERS, Peppers
from mailproc.policy.standing.standing import is_operators_global

EVERYWHERE = "*"  # the account that global facts are kept under; nobody's own can have that name


class AccountScope(StrEnum):
    """How far an account-level opt-out reaches (R16)."""

    unit = "unit"  # a business unit stands alone
    enterprise = "enterprise"  # every account with the same parent


class GlobalScope(StrEnum):
    """How far a global opt-out reaches (R11)."""

    installation = "installation"
    parent = "parent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """An account as its scope sees it."""

    account_id: str
    parent: str | None = None
    scope: AccountScope = AccountScope.enterprise


class Scopes:
    """Who is related to whom. Applied whenever a standing is computed: a fact is written once, where it was said.

    An account without a parent is its own enterprise, and that of those who name it as theirs. One that the settings do
    not know stands alone, below global. `peppers` find what is kept of an address that was forgotten: that reaches
    whoever has the address again.
    """

    def __init__(
        self,
        members: Iterable[Member] = (),
        global_scope: GlobalScope = GlobalScope.installation,
        peppers: Peppers = NO_PEPPERS,
    ) -> None:
        self.peppers = peppers
        self._members = {member.account_id: member for member in members}
        self._global_scope = global_scope
        together: dict[str, list[str]] = {}
        for member in self._members.values():
            if member.scope is AccountScope.enterprise:
                together.setdefault(self.enterprise_of(member.account_id), []).append(member.account_id)
        self._relatives = {
            account_id: tuple(sorted(set(family) - {account_id}))
            for family in together.values()
            for account_id in family
        }

    @property
    def accounts(self) -> tuple[str, ...]:
        """Every account of the settings, in order of id."""
        return tuple(sorted(self._members))

    def enterprise_of(self, account_id: str) -> str:
        """The name of its enterprise: its parent, else its own id."""
        member = self._members.get(account_id)
        return account_id if member is None or member.parent is None else member.parent

    def relatives_of(self, account_id: str) -> tuple[str, ...]:
        """The other accounts whose account-level opt-outs reach this one, and which its own reach; sorted."""
        return self._relatives.get(account_id, ())

    def hearers(self, account_id: str) -> int:
        """How many accounts hear of what is said in this one: itself, and those whom it may reach."""
        return 1 + len(self.accounts if account_id == EVERYWHERE else self.relatives_of(account_id))

    def is_reached(self, account_id: str, said: Fact) -> bool:
        """Whether a global fact counts for an account; one that names no enterprise counts for all."""
        return self.reach_of(said) in (None, self.enterprise_of(account_id))

    def reach_of(self, said: Fact) -> str | None:
        """Whose accounts a global fact counts for: those of an enterprise; None: all."""
        everyone = self._global_scope is GlobalScope.installation
        return None if everyone else said.evidence.get(ENTERPRISE) or None


NO_SCOPES = Scopes()


def why_refused(said: Fact) -> str | None:
    """Why a global fact is not this person's to say (R14a); None where it is, and for all that is not global."""
    if said.account_id != EVERYWHERE:
        return None
    if not is_operators_global(said):
        return "a global opt-out is set and lifted by an operator of the installation alone, by command"
    if not (said.evidence.get("by") and said.evidence.get("reason")):
        return "a global opt-out needs to say by whom and why"
    return None if said.address else "a global opt-out names an address: keys mean somebody else in each account"
