"""What a press on a page means: which lists it concerns (R30-R32, R41, R42), and the facts that it leaves."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from mailproc.policy.standing.facts import MEANT, Channel, Fact, FactKind, Level
from mailproc.policy.standing.list_number import by_number, is_same_list
from mailproc.policy.standing.lists import left_of_send, list_named_by, told_of_send
from mailproc.policy.standing.standing import Block, Standing, still_said
from mailproc.policy.tokens.token import UNSUBSCRIBING, Purpose, Token

_LINKS = frozenset({Channel.page, Channel.one_click})
_OPT_OUTS = frozenset({FactKind.opt_out, FactKind.complaint})
_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What is left or joined again: these lists, sorted; without any the whole account.

    `told` says, for people, how a send came to mean these; empty where the link names no send.
    """

    list_ids: tuple[str, ...] = ()
    told: str = ""

    @property
    def level(self) -> Level:
        """The level of its facts."""
        return Level.list if self.list_ids else Level.account


EVERYTHING = Scope()


@dataclass(frozen=True, slots=True, kw_only=True)
class Presser:
    """Whom a link is for, as the account has them: what stands against mailing, the lists that they are on.

    `is_known` tells that a subscriber has the key; of others everything is kept by key alone, and `agreed_to` are the
    lists that they asked for by key. `came_by` are the lists that the mail with the link was sent to. `pressed` are the
    ids of opt-outs of their present address that links of theirs left before; `has_returned` tells that they came back
    by one. `newest` is when the last that is known of them happened.
    """

    account_id: str
    key: str
    is_known: bool = True
    standing: Standing = field(default_factory=Standing)
    member_of: tuple[str, ...] = ()
    agreed_to: frozenset[str] = frozenset()
    came_by: frozenset[str] = frozenset()
    pressed: frozenset[str] = frozenset()
    has_returned: bool = False
    newest: datetime | None = None

    @property
    def earliest(self) -> datetime | None:
        """Before which no press of theirs happens: two machines' clocks differ, and what was done last counts."""
        return None if self.newest is None else self.newest + _MOMENT

    @property
    def is_out(self) -> bool:
        """Whether they are out of the whole account, or everywhere."""
        return any(block.kind in _OPT_OUTS and block.level is not Level.list for block in self.standing.blocks)

    @property
    def is_held(self) -> bool:
        """Whether an operator stopped all mail to them, which no press ends: they are promised none."""
        return any(block.kind is FactKind.block for block in self.standing.blocks)

    @property
    def is_out_globally(self) -> bool:
        """Whether no page can bring them back (R14)."""
        return any(block.level is Level.global_ for block in self.standing.blocks)

    @property
    def lists_named(self) -> tuple[str, ...]:
        """Every list that they are or were on, for all that is known: also such as are not there any more."""
        left = (block.list_id for block in self.standing.blocks if block.list_id is not None)
        return (*self.member_of, *left)

    def is_on(self, list_id: str) -> bool:
        """Whether mail of this list reaches them, for all that is known."""
        blocks = (block for block in self.standing.blocks if block.level is Level.list)
        has_left = any(is_same_list(block.list_id, list_id) for block in blocks)
        is_there = any(is_same_list(one, list_id) for one in (*self.came_by, *self.member_of, *self.agreed_to))
        return is_there and not has_left and not self.is_out

    def has_left(self, scope: Scope) -> bool:
        """Whether they are out of all of it already."""
        return self.is_out or (bool(scope.list_ids) and not any(self.is_on(list_id) for list_id in scope.list_ids))


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """One press: on which link, by which door, when; `id` is what the log and the facts call it."""

    id: str
    token: Token
    channel: Channel
    at: datetime

    @property
    def evidence(self) -> Mapping[str, str]:
        """What a fact keeps of it: how it came, and of which mail."""
        said = {"press": self.id, "link": self.token.purpose.name}
        return said if self.token.send_number is None else {**said, "send": str(self.token.send_number)}


def scope_of(
    token: Token, *, known: Collection[str], sent_to: Collection[str] | None, member_of: Collection[str]
) -> Scope:
    """Which lists a press on this link leaves.

    The list that the token names, or what leaving its send leaves; the account where that is none. `sent_to` is None
    where nobody recorded the send. `known` are the lists that there are or were. One that nobody knows any more is
    named by its number: what is said of it is kept, and never widened (R15).
    """
    named = list_named_by(token, known)
    if named is not None:
        return Scope(list_ids=(named,))
    if token.purpose == Purpose.unsubscribe_send:
        left = left_of_send(sent_to or (), member_of)
        return Scope(list_ids=left, told=told_of_send(str(token.message), sent_to, left))
    return EVERYTHING


def is_for_leaving(token: Token) -> bool:
    """Whether the link was made for leaving; a bounce or profile link is no wish to."""
    return token.purpose in UNSUBSCRIBING


def agreed_lists(facts: Iterable[Fact]) -> frozenset[str]:
    """The lists that somebody asked for, as far as nobody took that back; whether they left later is another matter."""
    said = still_said(facts).values()
    return frozenset(one.list_id for one in said if one.kind is FactKind.consent and one.list_id is not None)


def is_press_of(said: Fact, account_id: str, key: str, kind: FactKind) -> bool:
    """Whether somebody said this by a link of their own; what others said of them may end when theirs must stand."""
    is_theirs = said.account_id == account_id and said.key == key and said.channel in _LINKS
    return is_theirs and said.kind is kind


def leaving(presser: Presser, scope: Scope, press: Press) -> tuple[Fact, ...]:
    """The opt-outs that make somebody leave; none where their own request for the same stands already."""
    wanted: Iterable[str | None] = scope.list_ids or (None,)
    return tuple(
        _fact(FactKind.opt_out, presser, list_id, press, scope.told)
        for list_id in wanted
        if not any(_is_same(block, presser, list_id) for block in presser.standing.blocks)
    )


def joining(presser: Presser, scope: Scope, press: Press) -> tuple[Fact, ...]:
    """The consents that let mail come again: by the key of the link alone, whoever else has the address (R28a)."""
    wanted: Iterable[str | None] = scope.list_ids or (None,)
    return tuple(_fact(FactKind.consent, presser, list_id, press) for list_id in wanted)


def choosing(
    presser: Presser,
    shown: Collection[str],
    wanted: Collection[str],
    press: Press,
    *,
    opening: Collection[str] | None = None,
) -> tuple[Fact, ...]:
    """What saving the page of lists means: the difference between what it showed as on and what was sent.

    `opening` are all lists that the account has or had, where the page showed that they are out of everything; None
    where it did not, and then nothing is opened. Whoever asks for one list there gets that one: every other is left,
    because who is on them may be kept elsewhere, and coming back to one brings back no other (R15).
    """
    left = sorted(set(shown) - set(wanted))
    joined = sorted(set(wanted) - set(shown))
    said = leaving(presser, Scope(list_ids=tuple(left)), press) if left else ()
    if not joined:
        return said
    said += joining(presser, Scope(list_ids=tuple(joined)), press)
    is_opened = opening is not None and presser.is_out and not presser.is_out_globally  # which ends by no consent
    if is_opened:
        every = {*presser.lists_named, *presser.agreed_to, *presser.came_by, *(opening or ())}
        said_of = {by_number(list_id) for list_id in (*joined, *left)}
        others = tuple(sorted(list_id for list_id in every if by_number(list_id) not in said_of))
        said += joining(presser, EVERYTHING, press)
        said += leaving(presser, Scope(list_ids=others), press) if others else ()
    return said


def _is_same(block: Block, presser: Presser, list_id: str | None) -> bool:
    """Whether that block is their own request for the same."""
    is_level = block.level is Level.list if list_id is not None else block.level is Level.account
    return block.fact_id in presser.pressed and is_level and is_same_list(block.list_id, list_id)


def _fact(kind: FactKind, presser: Presser, list_id: str | None, press: Press, told: str = "") -> Fact:
    return Fact(
        kind=kind,
        account_id=presser.account_id,
        key=presser.key,
        level=Level.account if list_id is None else Level.list,
        list_id=list_id,
        occurred_at=max(press.at, presser.earliest or press.at),
        channel=press.channel,
        evidence={**press.evidence, MEANT: told} if told else press.evidence,
    )
