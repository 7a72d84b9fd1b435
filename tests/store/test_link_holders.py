"""Who a link is for, asked for one and for a flood of them; on both databases."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from store_values import an_opt_out, hooks

from mailproc.policy.standing.standing import Status
from mailproc.settings.settings import StoreSettings
from mailproc.store.results import Subscriber
from mailproc.store.store import Store

PEOPLE = [("acme", "1"), ("acme", "2"), ("other", "1"), ("acme", "nobody"), ("acme", "1")]


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    opened = await Store.open(database_url, StoreSettings(), hooks_of=hooks("crm"))
    await opened.put_subscribers(
        [
            Subscriber(account_id="acme", key="1", address="pat@example.org"),
            Subscriber(account_id="acme", key="2", address="sam@example.org"),
            Subscriber(account_id="other", key="1", address="kim@example.org"),
        ]
    )
    await opened.record_facts([an_opt_out("pat@example.org"), an_opt_out(None, key="1", account_id="other")])
    await opened.subscriptions.join("acme", "weekly", ["2"])
    await opened.link_holders.correct("acme", "2", {"name": "Sam"})
    yield opened
    await opened.close()


async def test_a_flood_of_clicks_is_told_of_each_what_is_told_of_one(store: Store) -> None:
    one_by_one = [await store.link_holders.of(*named) for named in PEOPLE]
    together = await asyncio.gather(*(store.link_holders.of_click(*named) for named in PEOPLE))
    assert together == one_by_one


async def test_everybody_is_told_their_own(store: Store) -> None:
    found = await asyncio.gather(*(store.link_holders.of_click(*named) for named in PEOPLE))
    pressers = [one.presser for one in found]
    assert [(one.account_id, one.key) for one in pressers] == PEOPLE
    assert [one.standing.status for one in pressers] == [
        Status.unsubscribed,
        Status.active,
        Status.unsubscribed,
        Status.active,
        Status.unsubscribed,
    ]
    assert [one.member_of for one in pressers] == [(), ("weekly",), (), (), ()]
    assert [one.is_known for one in pressers] == [True, True, True, False, True]
    assert [one.attributes for one in found] == [{}, {"name": "Sam"}, {}, {}, {}]
