"""The views for reports say what the store says, on both databases, and nobody writes through them."""

import random
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine
from store_values import NOW, a_consent, an_opt_out

from mailproc.policy.standing.facts import Channel, Fact, FactKind, Level
from mailproc.policy.standing.list_number import numbered
from mailproc.policy.standing.scope import EVERYWHERE, Member, Scopes
from mailproc.policy.standing.standing import crm_status
from mailproc.policy.standing.verdict import verdict
from mailproc.policy.tokens.token_key import number_of
from mailproc.settings.settings import StoreSettings
from mailproc.store.results import Subscriber
from mailproc.store.store import Store

SCOPES = Scopes([Member(account_id="acme", parent="group"), Member(account_id="shop", parent="group")])
LISTS = ("news", "offers", 'list "quoted"')


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    opened = await Store.open(database_url, StoreSettings(), scopes=SCOPES)
    yield opened
    await opened.close()


async def rows(url: str, query: str) -> list[dict[str, Any]]:
    engine = create_async_engine(url)
    async with engine.connect() as connection:
        found = [dict(row) for row in (await connection.execute(text(query))).mappings()]
    await engine.dispose()
    return found


def as_time(value: Any) -> datetime:
    """Text on SQLite, a time on PostgreSQL."""
    return datetime.fromisoformat(value) if isinstance(value, str) else value.astimezone(UTC)


def known(key: str, account: str = "acme") -> Subscriber:
    return Subscriber(account_id=account, key=key, address=f"p{key}@example.org")


def random_fact(randomness: random.Random, at: datetime) -> Fact:
    kind = randomness.choice([FactKind.opt_out, FactKind.complaint, FactKind.bounce, FactKind.consent, FactKind.block])
    level = randomness.choice([Level.account, Level.list, Level.list])
    number = randomness.randrange(8)
    return an_opt_out(
        f"p{number}@example.org" if randomness.random() < 0.6 else None,
        key=str(number),
        kind=kind,
        level=level,
        list_id=randomness.choice(LISTS) if level is Level.list else None,
        at=at,
        account_id=randomness.choice(["acme", "shop"]),
        channel=Channel.page,
        evidence={"class": "hard"} if kind is FactKind.bounce else {},
    )


@pytest.mark.parametrize("seed", range(4))
async def test_they_agree_with_the_store_about_everyone(store: Store, database_url: str, seed: int) -> None:
    randomness = random.Random(seed)
    for account in ("acme", "shop"):
        await store.put_subscribers([known(str(number), account) for number in range(6)])
        for one in LISTS:
            await store.subscriptions.join(account, one, [str(number) for number in range(6)])
    await store.record_facts([random_fact(randomness, NOW - timedelta(hours=n)) for n in range(40)])
    told = {
        (row["account_id"], row["subscriber_key"]): row for row in await rows(database_url, "SELECT * FROM subscribers")
    }
    on_lists = await rows(database_url, "SELECT * FROM list_subscribers")
    assert len(on_lists) == 36
    for account in ("acme", "shop"):
        for number in range(8):
            for person in await store.persons(str(number), account):
                row, standing = told.get((account, str(number))), person.standing
                if row is None:  # nobody's subscriber, and nothing ever stood against them
                    assert verdict(standing).may_send
                    continue
                assert row["status"] == standing.status.value
                assert (row["is_out"] == 0) == verdict(standing).may_send
                assert (row["email_opt_out"] == 1) == (crm_status(standing) == "unsubscribed")
                for on_list in on_lists:
                    if (on_list["account_id"], on_list["subscriber_key"]) == (account, str(number)):
                        may = verdict(standing, list_id=on_list["list_id"]).may_send
                        assert (on_list["is_out"] == 0) == may


async def test_an_address_that_nobody_has_is_there_until_somebody_has_it(store: Store, database_url: str) -> None:
    await store.record_facts([an_opt_out("p1@example.org"), an_opt_out(None, key="unknown")])
    query = "SELECT subscriber_key, address, is_out FROM subscribers ORDER BY address"
    assert [(row["subscriber_key"], row["is_out"]) for row in await rows(database_url, query)] in (
        [("unknown", 1), (None, 1)],  # where nothing sorts differs between the databases
        [(None, 1), ("unknown", 1)],
    )
    await store.put_subscribers([known("1"), known("unknown")])
    assert sorted((row["subscriber_key"], row["is_out"]) for row in await rows(database_url, query)) == [
        ("1", 1),
        ("unknown", 1),
    ]


async def test_facts_have_times_and_reasons_that_people_can_read(store: Store, database_url: str) -> None:
    said = {"rule": "en-stop", "reason": "keyword in reply", "by": "kim"}
    await store.record_facts([an_opt_out(at=NOW + timedelta(milliseconds=250), evidence=said)])
    [row] = await rows(database_url, "SELECT * FROM facts")
    assert as_time(row["occurred_at"]) == NOW + timedelta(milliseconds=250)
    assert (row["rule"], row["reason"], row["said_by"]) == ("en-stop", "keyword in reply", "kim")
    assert row["forgotten_at"] is row["about_mail_of"] is row["retracts"] is None


async def test_who_left_a_list_by_its_number_is_found_where_the_document_says(store: Store, database_url: str) -> None:
    await store.put_subscribers([known("1"), known("2")])
    by_number = {"level": Level.list, "list_id": numbered(number_of("offers")), "channel": Channel.page}
    await store.record_facts([an_opt_out(None, key="1", **by_number)])
    await store.record_facts([an_opt_out(None, key="2", level=Level.list, list_id="news")])
    await store.subscriptions.join("acme", "offers", ["1", "2"])  # the list is there again
    document = (Path(__file__).parents[2] / "docs" / "reference" / "views.md").read_text(encoding="utf-8")
    [query] = [line for line in document.splitlines() if "number-%" in line]
    assert [row["subscriber_key"] for row in await rows(database_url, query)] == ["1"]
    (one,) = await store.persons("1", "acme")
    assert not verdict(one.standing, list_id="offers").may_send


async def test_global_facts_stand_under_everyones_account(store: Store, database_url: str) -> None:
    said = {"by": "kim", "reason": "letter"}
    of_all = {"level": Level.global_, "channel": Channel.command, "account_id": EVERYWHERE, "evidence": said}
    await store.put_subscribers([known("1")])
    await store.record_facts([an_opt_out("p1@example.org", **of_all)])
    [row] = await rows(database_url, "SELECT * FROM facts")
    assert (row["account_id"], row["level"]) == ("*", "global")
    [one] = await rows(database_url, "SELECT * FROM subscribers")
    assert (one["is_out"], one["email_opt_out"]) == (1, 1)


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM facts",
        "UPDATE facts SET kind = 'consent'",
        "DELETE FROM subscribers",
        "UPDATE list_subscribers SET is_out = 0",
        "INSERT INTO facts (account_id) VALUES ('acme')",
    ],
)
async def test_nobody_writes_through_them(store: Store, database_url: str, statement: str) -> None:
    await store.record_facts([an_opt_out(), a_consent("kim@example.org")])
    engine = create_async_engine(database_url)
    with pytest.raises(DBAPIError):
        async with engine.begin() as connection:
            await connection.execute(text(statement))
    await engine.dispose()
    assert len(await rows(database_url, "SELECT * FROM facts")) == 2
