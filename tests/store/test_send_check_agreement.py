"""The send check and `why` agree on everyone: whoever is stopped is told by what, and nobody else is told anything."""

import asyncio
import shutil
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given
from store_values import NOW, Clock
from test_send_check_properties import ACCOUNTS, ADDRESSES, BRIEF, FEW, KEYS, STEPS, Step, World

from mailproc.errands.diagnosis import Question, diagnose
from mailproc.policy.standing.send import SendTerms
from mailproc.policy.standing.verdict import Classification
from mailproc.settings.account_policies import scopes_of
from mailproc.settings.settings import Settings, StoreSettings
from mailproc.store.store import Store

SETTINGS = Settings.model_validate(
    {
        "account": [
            {"id": "acme", "parent": "group", "domains": ["reply.acme.example"]},
            {"id": "shop", "parent": "group", "domains": ["reply.shop.example"]},
            {"id": "unit", "parent": "group", "domains": ["reply.unit.example"], "account_scope": "unit"},
        ]
    }
)


def is_plain(world: World, account: str, address: str) -> bool:
    """Whether nothing was said of this address by the key of somebody who has another one by now, or none."""
    named = {
        one.key
        for one in world.model.facts.values()
        if one.account_id == account and one.address == address and one.key is not None
    }
    return all(world.model.subscribers.get((account, key)) == address for key in named)


async def agree(world: World, account: str, name: str, terms: SendTerms) -> None:
    question = Question(
        person=name,
        account_id=account,
        list_id=terms.list_ids[0] if terms.list_ids else None,
        classification=terms.classification,
    )
    told = [one.why for one in await diagnose(world.store, SETTINGS, question)]
    if name in KEYS:
        told = [one for one in told if one.known.key == name]
    names: Any = {"addresses": [name]} if "@" in name else {"keys": [name]}
    stopped = await world.store.sends.check.stopped(terms, **names)
    assert bool(stopped) == any(not one.may_send for one in told), (account, name, terms)
    if stopped and len(told) == 1:
        by_check = {block.fact_id for block in stopped[0].blocks}
        by_why = {one.block.fact_id for answer in told[0].answers for one in answer.stopped_by}
        assert by_check == by_why


async def live_through(url: str, steps: list[Step]) -> None:
    clock = Clock(NOW)
    clock.advance(1)
    store = await Store.open(url, StoreSettings(), scopes=scopes_of(SETTINGS), clock=clock)
    try:
        world = World(store)
        for step in steps:
            await world.take(step)
        for account in ACCOUNTS:
            plain = [one for one in ADDRESSES if is_plain(world, account, one)]
            for name in (*KEYS, *plain):
                for lists in ((), ("news",)):
                    for classification in Classification:
                        terms = SendTerms(account_id=account, list_ids=lists, classification=classification)
                        await agree(world, account, name, terms)
    finally:
        await store.close()


def test_why_and_send_check_agree_on_everyone_sqlite(migrated_file: Path) -> None:
    @BRIEF
    @given(STEPS)
    def run(steps: list[Step]) -> None:
        with tempfile.TemporaryDirectory(dir=migrated_file.parent) as folder:
            shutil.copy(migrated_file, f"{folder}/mail.db")
            asyncio.run(live_through(f"sqlite+aiosqlite:///{folder}/mail.db", steps))

    run()


def test_why_and_send_check_agree_on_everyone_postgresql(postgres_server: Any) -> None:
    @FEW
    @given(STEPS)
    def run(steps: list[Step]) -> None:
        name = postgres_server.create()
        try:
            asyncio.run(live_through(postgres_server.url_of(name), steps))
        finally:
            postgres_server.drop(name)

    run()
