"""Sends: one issue of a newsletter or campaign, what it goes to, and on what terms people are checked before it."""

from dataclasses import dataclass
from datetime import datetime

from mailproc.policy.standing.standing import Block
from mailproc.policy.standing.verdict import Classification
from mailproc.policy.tokens.token_key import number_of


@dataclass(frozen=True, slots=True, kw_only=True)
class SendTerms:
    """Who sends, to which lists, and what kind of mail (R18).

    `transactional_despite_opt_out` is the account's setting. Without lists the send is to none, and what stands at list
    level does not matter.
    """

    account_id: str
    list_ids: tuple[str, ...] = ()
    classification: Classification = Classification.commercial
    transactional_despite_opt_out: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Send:
    """A send by the sender's own id. `list_ids` are the lists that it went to, sorted; empty for none."""

    account_id: str
    id: str
    name: str
    list_ids: tuple[str, ...]
    classification: Classification
    created_at: datetime

    @property
    def number(self) -> int:
        """The number by which tokens name it."""
        return number_of(self.id)


# Nothing can be sent to them, and what was said of the address cannot be looked up: a key may outlive who had it.
KEY_OF_NOBODY = "no subscriber has this key, and there is no address"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    """Why a send may not go to somebody: every block that forbids it, oldest first, or a `problem` of their names."""

    blocks: tuple[Block, ...] = ()
    problem: str | None = None
