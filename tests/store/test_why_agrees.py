"""Whatever was said about whom: `why` and the check before a send never disagree, and its remedies pass the check."""

import asyncio
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from store_values import NOW, Clock, hooks
from test_level_properties import MEMBERS
from test_send_check_properties import ACCOUNTS, ADDRESSES, BRIEF, FEW, KEYS, STEPS, Step, World

from mailproc.policy.standing.remedy import Asked, Remedy
from mailproc.policy.standing.scope import Scopes
from mailproc.policy.standing.send import SendTerms
from mailproc.policy.standing.verdict import Classification
from mailproc.policy.standing.why import Known, Why, why
from mailproc.settings.settings import StoreSettings
from mailproc.store.results import Subscriber
from mailproc.store.store import Store

Of = tuple[str, str | None, Classification]
SENDS = [(account, list_id, kind) for account in ACCOUNTS for list_id in (None, "news") for kind in Classification]


async def answers(store: Store, name: str, asked: Asked, clock: Clock) -> list[Why]:
    """What is told of everyone who is meant: the subscriber of that key; whoever has the address, or would."""
    told = []
    for one in await store.diagnosis.of(name, asked.account_id):
        status = one.status
        if status.key == name or (status.address == name and (one.is_subscriber or status.key is None)):
            known = Known(address=status.address, key=status.key, is_subscriber=one.is_subscriber, facts=status.facts)
            told.append(why(asked, known, clock.now))
    return told or [why(asked, Known(address=name) if "@" in name else Known(key=name), clock.now)]


async def is_stopped(store: Store, name: str, asked: Asked) -> bool:
    terms = SendTerms(
        account_id=asked.account_id,
        list_ids=(asked.list_id,) if asked.list_id else (),
        classification=asked.classification,
    )
    names = {"addresses": [name]} if "@" in name else {"keys": [name]}
    return bool(await store.sends.check.stopped(terms, **names))  # type: ignore[arg-type]


async def agree(store: Store, name: str, asked: Asked, clock: Clock) -> None:
    told = await answers(store, name, asked, clock)
    assert any(not one.may_send for one in told) == await is_stopped(store, name, asked), (name, asked)


async def let_through(store: Store, name: str, asked: Asked, clock: Clock) -> None:
    for one in await answers(store, name, asked, clock):
        said = [fact for change in one.changes for fact in change.facts]
        told = {"by": "kim", "reason": "asked"}
        await store.record_facts([replace(fact, evidence={**fact.evidence, **told}) for fact in said])
        if any(change.remedy is Remedy.address for change in one.changes):
            known = Subscriber(account_id=asked.account_id, key=name, address="new@example.org")
            await store.put_subscribers([known])
    assert not await is_stopped(store, name, asked), (name, asked)


async def live_through(url: str, steps: Sequence[Step], remedied: tuple[str, Of]) -> None:
    clock = Clock(NOW + timedelta(seconds=1))
    store = await Store.open(url, StoreSettings(), hooks_of=hooks(), scopes=Scopes(MEMBERS), clock=clock)
    try:
        world = World(store)
        for step in steps:
            await world.take(step)
        clock.advance(60)
        for account, list_id, kind in SENDS:
            for name in (*ADDRESSES, *KEYS):
                await agree(store, name, Asked(account_id=account, list_id=list_id, classification=kind), clock)
        name, (account, list_id, kind) = remedied
        await let_through(store, name, Asked(account_id=account, list_id=list_id, classification=kind), clock)
    finally:
        await store.close()


REMEDIED = st.tuples(st.sampled_from([*ADDRESSES, *KEYS]), st.sampled_from(SENDS))


def test_why_and_the_send_check_never_disagree_sqlite(migrated_file: Path) -> None:
    @BRIEF
    @given(STEPS, REMEDIED)
    def run(steps: list[Step], remedied: tuple[str, Of]) -> None:
        with tempfile.TemporaryDirectory(dir=migrated_file.parent) as folder:
            shutil.copy(migrated_file, f"{folder}/mail.db")
            asyncio.run(live_through(f"sqlite+aiosqlite:///{folder}/mail.db", steps, remedied))

    run()


def test_why_and_the_send_check_never_disagree_postgresql(postgres_server: object) -> None:
    @FEW
    @given(STEPS, REMEDIED)
    def run(steps: list[Step], remedied: tuple[str, Of]) -> None:
        name = postgres_server.create()  # type: ignore[attr-defined]
        try:
            asyncio.run(live_through(postgres_server.url_of(name), steps, remedied))  # type: ignore[attr-defined]
        finally:
            postgres_server.drop(name)  # type: ignore[attr-defined]

    run()
