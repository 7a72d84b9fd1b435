"""Whatever was said about whom, in whatever order: a check says of everyone what a naive model of the rules says."""

import asyncio
import copy
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from store_values import NOW, Clock, hooks
from test_level_properties import MEMBERS, Model

from mailproc.policy.standing.facts import Channel, Fact, FactKind, Level
from mailproc.policy.standing.scope import EVERYWHERE, Scopes
from mailproc.policy.standing.send import SendTerms
from mailproc.policy.standing.standing import Standing
from mailproc.policy.standing.verdict import Classification, verdict
from mailproc.settings.settings import StoreSettings
from mailproc.store.results import Subscriber
from mailproc.store.sends.memory_check import OVERLAP, MemoryCheck
from mailproc.store.store import Store

ACCOUNTS = ("acme", "shop", "unit")
ADDRESSES = ("pat@example.org", "kim@example.net", "jo@example.com")
KEYS = ("1", "2")
LISTS = ("news", "weekly")
EVERYONE = [(key, address) for key in (*KEYS, "") for address in ADDRESSES]
BRIEF = settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
FEW = settings(BRIEF, max_examples=8)


@dataclass(frozen=True)
class Step:
    """Something that happens: a fact, somebody made known or moved, or somebody put on a list."""

    said: Fact | None = None
    known: Subscriber | None = None
    joins: tuple[str, str, str] | None = None
    takes_back: int | None = None


@st.composite
def facts(draw: st.DrawFn) -> Step:
    kind = draw(
        st.sampled_from([FactKind.opt_out] * 3 + [FactKind.complaint, FactKind.bounce] + [FactKind.consent] * 2)
    )
    list_id = draw(st.sampled_from([None, None, *LISTS]))
    by_key, by_address = draw(st.sampled_from([(True, False), (False, True), (True, True)]))
    at = NOW - timedelta(hours=draw(st.integers(0, 40)), microseconds=draw(st.integers(0, 10**6)))
    values: dict[str, Any] = {
        "kind": kind,
        "account_id": draw(st.sampled_from(ACCOUNTS)),
        "address": draw(st.sampled_from(ADDRESSES)) if by_address else None,
        "key": draw(st.sampled_from(KEYS)) if by_key else None,
        "level": Level.list if list_id else Level.account,
        "list_id": list_id,
        "occurred_at": at,
        "channel": Channel.page,
        "evidence": {"class": "hard"} if kind is FactKind.bounce else {},
    }
    if not by_key and kind in (FactKind.opt_out, FactKind.consent) and draw(st.integers(0, 4)) == 0:
        more = {"account_id": EVERYWHERE, "level": Level.global_, "list_id": None, "channel": Channel.command}
        values |= {**more, "evidence": {"by": "kim", "reason": "letter"}}
    return Step(said=Fact(**values))


STEPS = st.lists(
    st.one_of(
        facts(),
        facts(),
        st.builds(
            lambda account, key, address: Step(known=Subscriber(account_id=account, key=key, address=address)),
            st.sampled_from(ACCOUNTS),
            st.sampled_from(KEYS),
            st.sampled_from(ADDRESSES),
        ),
        st.builds(
            lambda account, list_id, key: Step(joins=(account, list_id, key)),
            st.sampled_from(ACCOUNTS),
            st.sampled_from(LISTS),
            st.sampled_from(KEYS),
        ),
        st.builds(lambda place: Step(takes_back=place), st.integers(0, 20)),
    ),
    max_size=10,
)


class World:
    """One store and one model, told the same; `joined` as the model has it."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.model = Model()
        self.joined: set[tuple[str, str, str]] = set()

    async def take(self, step: Step) -> None:
        said = step.said
        if step.takes_back is not None:
            said = self.taken_back(step.takes_back)
        if said is not None:
            self.model.say(said)
            await self.store.record_facts([said])
        if step.known is not None:
            self.model.put(step.known.account_id, step.known.key, step.known.address)
            await self.store.put_subscribers([step.known])
        if step.joins is not None:
            account, list_id, key = step.joins
            if (account, key) in self.model.subscribers:
                self.joined.add(step.joins)
                await self.store.subscriptions.join(account, list_id, [key])

    def taken_back(self, place: int) -> Fact | None:
        known = sorted(fact_id for fact_id, one in self.model.facts.items() if one.account_id != EVERYWHERE)
        if not known:
            return None
        said = self.model.facts[known[place % len(known)]]
        return Fact(
            kind=FactKind.retraction, account_id=said.account_id, address=said.address, key=said.key, level=said.level,
            list_id=said.list_id, occurred_at=NOW, channel=Channel.command, retracts=said.id,
        )  # fmt: skip

    def standings(self, account: str, key: str, address: str | None) -> list[tuple[str, Standing]]:
        """Who is meant, with how they stand; a key under another address as if an import had moved it there.

        With a key that nobody has also those who have the address.
        """
        here = {k: at for (a, k), at in self.model.subscribers.items() if a == account}
        if key:
            model = self.model
            if address is not None and here.get(key) not in (None, address):
                model = copy.deepcopy(model)
                model.put(account, key, address)
            others = [] if key in here else [k for k, at in here.items() if at == address]
            return [(k, model.standing(account, k, address or here.get(k))) for k in (key, *others)]
        meant = [k for k, at in here.items() if at == address]
        return [(k, self.model.standing(account, k, address)) for k in meant or [""]]

    def may_send(self, terms: SendTerms, key: str, address: str | None) -> bool:
        if address is None and (terms.account_id, key) not in self.model.subscribers:
            return False
        for person, standing in self.standings(terms.account_id, key, address):
            free = [
                list_id
                for list_id in terms.list_ids or (None,)
                if verdict(standing, terms.classification, list_id).may_send
            ]
            on_a_free_one = any((terms.account_id, str(list_id), person) in self.joined for list_id in free)
            if len(free) < len(terms.list_ids or (None,)) and not on_a_free_one:
                return False
        return True


def all_terms(account: str) -> Sequence[SendTerms]:
    return [
        SendTerms(account_id=account, list_ids=list_ids, classification=classification)
        for list_ids in ((), ("news",), ("news", "weekly"))
        for classification in Classification
    ]


async def check_everyone(world: World, check: Any, account: str) -> None:
    for terms in all_terms(account):
        both = await check.stopped(
            terms, keys=[key for key, _ in EVERYONE], addresses=[address for _, address in EVERYONE]
        )
        for place, (key, address) in enumerate(EVERYONE):
            assert (place not in both) == world.may_send(terms, key, address), (terms, key, address)
        by_key = await check.stopped(terms, keys=list(KEYS))
        for place, key in enumerate(KEYS):
            assert (place not in by_key) == world.may_send(terms, key, None), (terms, key)


async def live_through(url: str, steps: Sequence[Step]) -> None:
    clock = Clock(NOW + timedelta(seconds=1))
    store = await Store.open(url, StoreSettings(), hooks_of=hooks(), scopes=Scopes(MEMBERS), clock=clock)
    try:
        world = World(store)
        followed = {account: await loaded(store, account) for account in ACCOUNTS}
        for step in steps:
            await world.take(step)
            clock.advance(OVERLAP.total_seconds() + 1)  # so that nothing is read twice
            for account, check in followed.items():
                await check.stopped(SendTerms(account_id=account), addresses=[])
        for account in ACCOUNTS:
            for check in (store.sends.check, followed[account], await loaded(store, account)):
                await check_everyone(world, check, account)
    finally:
        await store.close()


async def loaded(store: Store, account: str) -> MemoryCheck:
    check = store.sends.check_in_memory(account)
    async for _ in check.load():
        pass
    return check


def test_the_check_says_of_everyone_what_the_model_says_sqlite(migrated_file: Path) -> None:
    @BRIEF
    @given(STEPS)
    def run(steps: list[Step]) -> None:
        with tempfile.TemporaryDirectory(dir=migrated_file.parent) as folder:
            shutil.copy(migrated_file, f"{folder}/mail.db")
            asyncio.run(live_through(f"sqlite+aiosqlite:///{folder}/mail.db", steps))

    run()


def test_the_check_says_of_everyone_what_the_model_says_postgresql(postgres_server: Any) -> None:
    @FEW
    @given(STEPS)
    def run(steps: list[Step]) -> None:
        name = postgres_server.create()
        try:
            asyncio.run(live_through(postgres_server.url_of(name), steps))
        finally:
            postgres_server.drop(name)

    run()
