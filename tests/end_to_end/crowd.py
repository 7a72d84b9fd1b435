"""A process that does all kinds of things to a handful of people, as fast as it can, and tells what was acknowledged.

Arguments: database URL, seed, number of rounds. What is acknowledged goes to standard output, a line of JSON each:
`{"facts": [their marks]}`, `{"address": [account, key, address]}`, `{"decided": mail id}`. Whatever is raised ends it.
"""

import asyncio
import json
import random
import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from mailproc.identity import sortable_id
from mailproc.mail.arrival.authentication import NOT_CHECKED
from mailproc.mail.arrival.envelope import Envelope, InboundMail, digest_of
from mailproc.mail.mail_kind import MailKind
from mailproc.policy.deciding.review import Answer
from mailproc.policy.decision import Action, Decision
from mailproc.policy.hooks.event import Delivered
from mailproc.policy.imports.person_row import PersonRow
from mailproc.policy.standing.facts import Channel, Fact, FactKind, Level, retraction_of
from mailproc.policy.standing.scope import EVERYWHERE, AccountScope, Member, Scopes
from mailproc.settings.settings import StoreSettings
from mailproc.store.imports.importing import ImportRun
from mailproc.store.people.reverts import Making
from mailproc.store.results import Subscriber
from mailproc.store.store import Store

ACCOUNTS = ("acme", "shop", "unit")
SCOPES = Scopes(
    [
        Member(account_id="acme", parent="group"),
        Member(account_id="shop", parent="group"),
        Member(account_id="unit", parent="group", scope=AccountScope.unit),
    ]
)
ADDRESSES = [f"{name}@example.org" for name in ("pat", "kim", "lee", "sam", "max", "eva")]
KEYS = ["1", "2", "3", "4"]
LISTS = [None, None, "weekly", "daily"]
LANES = 6  # things going on at once in this process
RULE = "en-stop"


class Crowd:
    """One store and one stream of chance."""

    def __init__(self, store: Store, seed: int) -> None:
        self.store = store
        self.chance = random.Random(seed)
        self.number = 0
        self.said: list[Fact] = []
        self.doings: tuple[Callable[[], Awaitable[None]], ...] = (
            self.say, self.say, self.say, self.decide, self.decide, self.take_back, self.move, self.move,
            self.load, self.speak_for_everyone, self.join_or_leave, self.revert, self.deliver, self.meet,
            self.press, self.correct, self.leave_to_people, self.push,
        )  # fmt: skip

    def past(self) -> datetime:
        """A time of its own in the last weeks."""
        self.number += 1
        return datetime.now(UTC) - timedelta(hours=self.chance.randrange(500), microseconds=self.number)

    def fact(self, channel: Channel, **more: object) -> Fact:
        """Something about somebody, by key or by address."""
        kind = self.chance.choice([FactKind.opt_out, FactKind.opt_out, FactKind.complaint, FactKind.consent,
                                   FactKind.consent, FactKind.bounce, FactKind.block])  # fmt: skip
        by_key = self.chance.random() < 0.4
        list_id = self.chance.choice(LISTS)
        values = {
            "kind": kind,
            "account_id": self.chance.choice(ACCOUNTS),
            "address": None if by_key else self.chance.choice(ADDRESSES),
            "key": self.chance.choice(KEYS) if by_key else None,
            "level": Level.list if list_id else Level.account,
            "list_id": list_id,
            "evidence": {"rule": RULE, **({"class": "hard"} if kind is FactKind.bounce else {})},
            "occurred_at": self.past(),
        }
        return self.marked(Fact(channel=channel, **{**values, **more}))  # type: ignore[arg-type]

    def marked(self, fact: Fact) -> Fact:
        """The fact with a word of its own, by which it is found again: one of a key gets the address that it has."""
        return replace(fact, evidence={**fact.evidence, "mark": f"{self.chance.getrandbits(64):x}"})

    async def say(self) -> None:
        """Several facts by another door than mail, in whatever accounts."""
        facts = [self.fact(Channel.page) for _ in range(self.chance.randrange(1, 4))]
        await self.store.record_facts(facts)
        self.acknowledge(facts)

    async def decide(self) -> None:
        """A mail, accepted and decided."""
        mail = self.mail()
        told = {"rule": RULE, "mail": digest_of(mail.content)}
        fact = self.fact(
            Channel.reply, account_id=mail.account_id, evidence=told, occurred_at=mail.received_at,
            kind=FactKind.opt_out,
        )  # fmt: skip
        decided = self.decision(mail, action=Action.unsubscribe, reason="keyword in reply", facts=(fact,))
        await self.store.accept([mail])
        await self.store.record(mail, decided)
        self.acknowledge([fact])
        tell(decided=mail.id)

    def mail(self) -> InboundMail:
        """A mail that nobody has sent before."""
        now = datetime.now(UTC)
        return InboundMail(
            id=sortable_id(now, self.chance.getrandbits(80)),
            account_id=self.chance.choice(ACCOUNTS),
            envelope=Envelope(mail_from="pat@example.org", rcpt_tos=("reply@acme.example",), peer="192.0.2.7"),
            content=f"Subject: {self.chance.random()}\r\n\r\nstop\r\n".encode(),
            received_at=now,
        )

    def decision(self, mail: InboundMail, **more: Any) -> Decision:
        """What the pipeline could have made of it."""
        return Decision(
            kind=MailKind.reply, ruleset="r", policy="p", mail=digest_of(mail.content), authentication=NOT_CHECKED,
            **more,
        )  # fmt: skip

    async def take_back(self) -> None:
        """Something that was said before, perhaps taken back before."""
        if self.said:
            back = self.marked(retraction_of(self.chance.choice(self.said), by="kim", reason="wrong", at=self.past()))
            await self.store.record_facts([back])
            self.acknowledge([back])

    async def move(self) -> None:
        """Somebody gets another address, or is new."""
        account, key, address = (self.chance.choice(some) for some in (ACCOUNTS, KEYS, ADDRESSES))
        await self.store.put_subscribers([Subscriber(account_id=account, key=key, address=address)])
        tell(address=[account, key, address])

    async def load(self) -> None:
        """An import of nearly everybody, which joins a list."""
        self.number += 1
        account = self.chance.choice(ACCOUNTS)
        addresses = self.chance.sample(ADDRESSES, len(KEYS))
        rows = [
            PersonRow(f"k:{key}", address, lists=("weekly",))
            for key, address in zip(KEYS, addresses, strict=True)
        ]  # fmt: skip
        run = ImportRun(account_id=account, id=f"{self.chance.random()}", evidence={})
        async for _ in self.store.imports.run(run, rows):
            pass
        for key, address in zip(KEYS, addresses, strict=True):
            tell(address=[account, key, address])

    async def speak_for_everyone(self) -> None:
        """An operator sets or lifts a global opt-out."""
        kind = self.chance.choice([FactKind.opt_out, FactKind.consent])
        fact = self.fact(
            Channel.command, kind=kind, account_id=EVERYWHERE, level=Level.global_, list_id=None, key=None,
            address=self.chance.choice(ADDRESSES), evidence={"by": "kim", "reason": "letter"},
        )  # fmt: skip
        await self.store.record_facts([fact])
        self.acknowledge([fact])

    async def join_or_leave(self) -> None:
        """Membership, which is no standing."""
        change = self.chance.choice([self.store.subscriptions.join, self.store.subscriptions.leave])
        await change(self.chance.choice(ACCOUNTS), "weekly", self.chance.sample(KEYS, 2))

    async def revert(self) -> None:
        """Everything that the rule did in some hour."""
        start = self.past()
        made = await self.store.standings.made_by(Making(rule=RULE, start=start, end=start + timedelta(hours=1)))
        now = datetime.now(UTC)
        back = [self.marked(retraction_of(one, by="lee", reason="bad rule", at=now)) for one in made.facts]
        await self.store.record_facts(back)
        self.acknowledge(back)

    async def press(self) -> None:
        """Somebody leaves on a page, or comes back to lists there."""
        account, key = self.chance.choice(ACCOUNTS), self.chance.choice(KEYS)
        fact = self.fact(Channel.page, account_id=account, key=key, address=None)
        await self.store.presses.record(account, key, [fact], self.chance.sample(["weekly", "daily"], 1))
        self.acknowledge([fact])

    async def correct(self) -> None:
        """Details of somebody who may be known."""
        values = {"city": f"{self.chance.random()}"}
        await self.store.link_holders.correct(self.chance.choice(ACCOUNTS), self.chance.choice(KEYS), values)

    async def leave_to_people(self) -> None:
        """A mail that waits for a person, who answers it."""
        mail = self.mail()
        undecided = self.decision(mail, action=Action.review, reason="unclear")
        await self.store.accept([mail])
        await self.store.record(mail, undecided)
        tell(decided=mail.id)
        fact = self.fact(Channel.reply, account_id=mail.account_id, kind=FactKind.opt_out)
        item = await self.store.desk.review(mail.id)
        assert (await self.store.desk.answer(item, Answer.unsubscribe, [fact], by="kim", note="")).applied
        self.acknowledge([fact])

    async def push(self) -> None:
        """Every standing of an account, told anew."""
        await self.store.outbox.push("crm", [self.chance.choice(ACCOUNTS)])

    async def meet(self) -> None:
        """A send that meets somebody for the first time, or not."""
        account, key, address = (self.chance.choice(some) for some in (ACCOUNTS, KEYS, ADDRESSES))
        if await self.store.sends.meet(account, [(key, address)]):
            tell(address=[account, key, address])

    async def deliver(self) -> None:
        """What a worker does: claim some events and settle them."""
        for entry in await self.store.claim("crm", limit=5, lease_seconds=30):
            await self.store.settle(entry, Delivered(), next_at=None)

    def acknowledge(self, facts: list[Fact]) -> None:
        """Tell that these are recorded; some may be taken back later."""
        self.said += [one for one in facts if one.key is None]
        tell(facts=[one.evidence["mark"] for one in facts])


def tell(**said: object) -> None:
    """One line for whoever started this."""
    print(json.dumps(said), flush=True)


async def main(url: str, seed: int, rounds: int) -> None:
    """Several lanes of random doings at once, then the end."""
    store = await Store.open(url, StoreSettings(), hooks_of=lambda account_id: ("crm",), scopes=SCOPES)
    crowd = Crowd(store, seed)

    async def lane() -> None:
        for _ in range(rounds):
            await crowd.chance.choice(crowd.doings)()

    try:
        await asyncio.gather(*(lane() for _ in range(LANES)))
    finally:
        await store.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
