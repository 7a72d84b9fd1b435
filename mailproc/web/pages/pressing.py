"""Doing what somebody pressed: facts recorded, lists joined, one line in the log; nothing is said before the commit."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

import structlog

from mailproc.identity import sortable_id
from mailproc.metrics import Metrics
from mailproc.policy.pages.press import Press, Presser, Scope, choosing, joining, leaving, scope_of
from mailproc.policy.standing.facts import Channel, Fact, FactKind
from mailproc.policy.standing.lists import list_of_number
from mailproc.policy.tokens.token import Purpose, Token
from mailproc.store.people.link_holders import LinkHolder
from mailproc.store.results import StandingChange
from mailproc.store.store import Store
from mailproc.web.pages.senders import Sender

MOST_SENDS = 1000


class Pressing:
    """What people do by their links. Everything raises StoreUnavailable and StoreFull; then nothing was changed."""

    def __init__(self, store: Store, metrics: Metrics, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._metrics = metrics
        self._clock = clock
        self._log = structlog.get_logger()
        self._sends: dict[tuple[str, int], tuple[str, ...]] = {}

    async def holder(self, sender: Sender, token: Token) -> tuple[LinkHolder, Scope]:
        """Whom a link is for, and what it leaves."""
        return await self._meant(sender, token, await self._store.link_holders.of(sender.account_id, token.key))

    async def one_click(self, sender: Sender, token: Token) -> None:
        """Take them off what the mail was sent to, as providers ask for many people at once."""
        found = await self._store.link_holders.of_click(sender.account_id, token.key)
        holder, scope = await self._meant(sender, token, found)
        await self.leave(holder.presser, scope, token, Channel.one_click)

    async def _meant(self, sender: Sender, token: Token, holder: LinkHolder) -> tuple[LinkHolder, Scope]:
        sent_to: tuple[str, ...] | None = None
        if token.purpose == Purpose.unsubscribe_send:
            sent_to = await self._lists_of_send(sender.account_id, token.message)
        presser = holder.presser
        known = await self._known(sender, presser, token)
        scope = scope_of(token, known=known, sent_to=sent_to, member_of=presser.member_of)
        return replace(holder, presser=replace(presser, came_by=frozenset(scope.list_ids))), scope

    async def _known(self, sender: Sender, presser: Presser, token: Token) -> list[str]:
        """The lists that a link may name: those of now, and where it names none of them every one that was ever kept.

        We hear of a new list some seconds late, and one that was removed may come back: their opt-outs must hold (R15).
        """
        known = [*sender.lists, *presser.lists_named]
        if token.purpose == Purpose.unsubscribe_list and list_of_number(token.message, known) is None:
            known = await self._store.lists.ids_ever(sender.account_id)
        return known

    async def _lists_of_send(self, account_id: str, number: int) -> tuple[str, ...] | None:
        """What is recorded of a send stays as it is: it is asked for once, unless there is none yet; None then."""
        known = self._sends.get((account_id, number))
        if known is None and (known := await self._store.sends.lists_of(account_id, number)) is not None:
            if len(self._sends) >= MOST_SENDS:
                self._sends.clear()
            self._sends[account_id, number] = known
        return known

    async def leave(self, presser: Presser, scope: Scope, token: Token, channel: Channel) -> None:
        """Take them off."""
        press = self._press(token, channel)
        await self._record(presser, press, leaving(presser, scope, press), "leave")

    async def join(self, presser: Presser, scope: Scope, token: Token) -> None:
        """Let mail come again, of the lists that were left or of the account."""
        press = self._press(token, Channel.page)
        await self._record(presser, press, joining(presser, scope, press), "again")

    async def choose(
        self,
        sender: Sender,
        presser: Presser,
        shown: Sequence[str],
        wanted: Sequence[str],
        token: Token,
        *,
        was_out: bool,
    ) -> None:
        """Make of their lists what they chose; `was_out` tells that the page showed them as out of everything."""
        press = self._press(token, Channel.page)
        opening = None
        if was_out and presser.is_out:
            opening = [*sender.lists, *(await self._store.lists.ids_ever(sender.account_id))]
        await self._record(presser, press, choosing(presser, shown, wanted, press, opening=opening), "choose")

    async def correct(self, presser: Presser, values: dict[str, str], token: Token) -> bool:
        """Keep what they corrected; False when nobody has this key."""
        press = self._press(token, Channel.page)
        kept = await self._store.link_holders.correct(presser.account_id, presser.key, values)
        self._told(presser, press, "correct", attributes=sorted(values))
        return kept

    def _press(self, token: Token, channel: Channel) -> Press:
        now = self._clock()
        return Press(id=sortable_id(now, secrets.randbits(80)), token=token, channel=channel, at=now)

    async def _record(self, presser: Presser, press: Press, facts: tuple[Fact, ...], deed: str) -> None:
        joined = {one.list_id for one in facts if one.kind is FactKind.consent and one.list_id is not None}
        changes: Sequence[StandingChange] = ()
        if facts:
            named = (presser.account_id, presser.key)
            changes = (await self._store.presses.record(*named, facts, joined, reached=presser.earliest)).changes
        lists = [one.list_id for one in facts if one.list_id is not None]
        self._told(presser, press, deed, lists=lists, facts=len(facts), changed=len(changes))

    def _told(self, presser: Presser, press: Press, deed: str, **more: object) -> None:
        self._metrics.presses.labels(press.channel.value, deed).inc()
        who = {"account": presser.account_id, "key": presser.key}
        self._log.info("pressed", press=press.id, **who, door=press.channel.value, deed=deed, **more)
