"""What became of the people of an import, in numbers."""

from collections.abc import Iterable
from dataclasses import dataclass, fields

from mailproc.policy.standing.facts import FactKind, Level
from mailproc.policy.standing.standing import Standing
from mailproc.policy.standing.verdict import verdict

_OPT_OUTS = (FactKind.opt_out, FactKind.complaint)
_OUT = {Level.global_: "out_global", Level.account: "out_account", Level.list: "out_list"}
_COUNTS = {FactKind.block: "held", FactKind.bounce: "bounced"}
_FURTHEST_FIRST = (*_OUT.values(), *_COUNTS.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportCounts:
    """People by what became of them: each is new, updated or unchanged.

    Those who may not be mailed all the same are counted once, under what reaches furthest: opted out (or complained)
    globally, for the account, or from a list that the import has them join; held; bounced. `consents` were written;
    `consents_left_out` were not, because a request that nobody has decided yet could end by them.
    """

    new: int = 0
    updated: int = 0
    unchanged: int = 0
    out_global: int = 0
    out_account: int = 0
    out_list: int = 0
    held: int = 0
    bounced: int = 0
    consents: int = 0
    consents_left_out: int = 0

    @property
    def people(self) -> int:
        """All of them."""
        return self.new + self.updated + self.unchanged

    @property
    def stayed_out(self) -> int:
        """How many stayed opted out, at whichever level."""
        return self.out_global + self.out_account + self.out_list

    def __add__(self, other: "ImportCounts") -> "ImportCounts":
        return ImportCounts(**{one.name: getattr(self, one.name) + getattr(other, one.name) for one in fields(self)})

    def as_json(self) -> dict[str, int]:
        """The same as plain values."""
        return {one.name: getattr(self, one.name) for one in fields(self)}


def stopped(standings: Iterable[Standing], lists: Iterable[str]) -> str | None:
    """Under which count somebody with these standings belongs who may not be mailed; None for who may, on each list."""
    asked = tuple(lists) or (None,)
    blocks = {block for one in standings for list_id in asked for block in verdict(one, list_id=list_id).stopped_by}
    counts = {_OUT[block.level] if block.kind in _OPT_OUTS else _COUNTS[block.kind] for block in blocks}
    return next((count for count in _FURTHEST_FIRST if count in counts), None)
