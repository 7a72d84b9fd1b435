"""The verdict: may this send go to this person, and what stops it (R4, R12, R18, R22-R24a)."""

from dataclasses import dataclass
from enum import StrEnum

from mailproc.policy.facts import FactKind, Level
from mailproc.policy.standing import Block, Standing


class Classification(StrEnum):
    """What kind of mail a send is."""

    commercial = "commercial"
    transactional = "transactional"  # what somebody ordered or must know: receipts, passwords, recalls


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether a send may go; `stopped_by` holds every block that forbids it, oldest first, empty when it may."""

    stopped_by: tuple[Block, ...] = ()

    @property
    def may_send(self) -> bool:
        """Whether nothing stands against it."""
        return not self.stopped_by


def verdict(
    standing: Standing,
    classification: Classification = Classification.commercial,
    list_id: str | None = None,
    *,
    transactional_despite_opt_out: bool = True,
) -> Verdict:
    """Tell whether a send of this classification to this list may go to a person of this standing.

    `list_id` None: the send is to no list, and list blocks do not matter. Commercial mail is stopped by every block of
    the account, of its scope, of the list, or global (R22). Transactional mail passes opt-outs and complaints below
    global level where the account allows that (R24); bounces, holds and global opt-outs stop it, too (R24a).
    Raises nothing.
    """
    lenient = classification is Classification.transactional and transactional_despite_opt_out
    return Verdict(
        stopped_by=tuple(
            block
            for block in standing.blocks
            if (block.level is not Level.list or block.list_id == list_id) and not (lenient and _is_mere_opt_out(block))
        )
    )


def _is_mere_opt_out(block: Block) -> bool:
    """An opt-out or complaint of the account or a list: no more mail of that kind, please; not: no mail whatever."""
    return block.kind in (FactKind.opt_out, FactKind.complaint) and block.level is not Level.global_
