"""The verdict: may this send go to this person, and what stops it (R4, R12, R18, R22-R24a)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from mailproc.policy.standing.facts import FactKind, Level
from mailproc.policy.standing.list_number import by_number, is_same_list
from mailproc.policy.standing.standing import Block, Standing


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
            if (block.level is not Level.list or is_same_list(block.list_id, list_id))
            and not (lenient and _is_mere_opt_out(block))
        )
    )


def verdict_of_send(
    standing: Standing,
    classification: Classification = Classification.commercial,
    list_ids: Sequence[str] = (),
    joined: Collection[str] = (),
    *,
    transactional_despite_opt_out: bool = True,
) -> Verdict:
    """Tell whether a send to these lists, to several perhaps, may go to a person who is on the lists `joined`.

    Of several lists it may go through those that nothing stands against. Where something stands against one of them,
    it goes only through another that the person is known to be on: they left one list, and asked for mail of the other
    (R6, R15); on whose account they would get it otherwise nobody knows, and an opt-out counts for more.
    Raises nothing. Source: docs/decisions/0015-send-check.md.
    """

    def of_list(list_id: str | None) -> Verdict:
        lenient = transactional_despite_opt_out
        return verdict(standing, classification, list_id, transactional_despite_opt_out=lenient)

    stopped = {list_id: found for list_id in list_ids or (None,) if not (found := of_list(list_id)).may_send}
    if not stopped:
        return Verdict()
    on = {by_number(list_id) for list_id in joined}
    if any(by_number(list_id) in on and list_id not in stopped for list_id in list_ids):
        return Verdict()
    stopped_by = {block.fact_id: block for found in stopped.values() for block in found.stopped_by}
    return Verdict(stopped_by=tuple(block for block in standing.blocks if block.fact_id in stopped_by))


def _is_mere_opt_out(block: Block) -> bool:
    """An opt-out or complaint of the account or a list: no more mail of that kind, please; not: no mail whatever."""
    return block.kind in (FactKind.opt_out, FactKind.complaint) and block.level is not Level.global_
