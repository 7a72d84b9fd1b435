"""Whoever waits for a person has written nothing yet: nobody who has the person can be waiting for them."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

import pytest
from sqlalchemy import Float, bindparam, func, select, text
from sqlalchemy.engine import make_url
from store_values import NOW, Clock, a_decision, a_mail, an_opt_out, deadlocks, hooks

from mailproc.policy.deciding.review import Answer
from mailproc.policy.decision import Action
from mailproc.policy.imports.person_row import PersonRow
from mailproc.policy.tokens.api_token import ApiToken, Scope
from mailproc.settings.settings import StoreSettings
from mailproc.store.engine.persons import Names, _lock_number, find_and_lock, person_of_address, person_of_key
from mailproc.store.engine.postgres_driver import PostgresDriver
from mailproc.store.engine.statement import Statement, Transaction, ask
from mailproc.store.imports.importing import ImportRun
from mailproc.store.people.put_person import WantedPerson
from mailproc.store.programs.once import Key
from mailproc.store.results import Subscriber
from mailproc.store.store import Store

ADDRESS, KEY = "pat@example.org", "77"
# A transaction has a number, and holds the lock of it, as soon as it has written or locked a row.
_WAITERS = Statement(
    lambda insert: (
        select(text("count(DISTINCT waiter.pid)"), text("count(DISTINCT mine.pid)"))
        .select_from(
            text(
                "pg_locks AS waiter LEFT JOIN pg_locks AS mine"
                " ON mine.pid = waiter.pid AND mine.locktype = 'transactionid' AND mine.granted"
            )
        )
        .where(text("waiter.locktype = 'advisory' AND NOT waiter.granted"))
    ),
    only="postgresql",
)
_PAUSE = Statement(lambda insert: select(func.pg_sleep(bindparam("seconds", type_=Float))), only="postgresql")
Doing = Callable[[Store], Awaitable[object]]


@pytest.fixture
async def store(postgresql_url: str) -> AsyncIterator[Store]:
    """A store with a subscriber who is on a list; SQLite has one writer at a time, who never waits for another."""
    opened = await Store.open(postgresql_url, StoreSettings(), hooks_of=hooks("crm"), clock=Clock())
    await opened.put_subscribers([Subscriber(account_id="acme", key=KEY, address=ADDRESS)])
    await opened.subscriptions.join("acme", "weekly", [KEY])
    await opened.record_facts([an_opt_out(ADDRESS, at=NOW - timedelta(days=3))])
    yield opened
    await opened.close()


@pytest.fixture
async def other(postgresql_url: str) -> AsyncIterator[PostgresDriver]:
    """What another process writes with."""
    driver = PostgresDriver(make_url(postgresql_url), 5)
    yield driver
    await driver.close()


def somebody_waits(begun: asyncio.Event, key: str = KEY, address: str = ADDRESS) -> Transaction[int]:
    """Have the person until somebody waits for them; gives how many of those have written something."""
    yield from find_and_lock("acme", Names(keys=frozenset({key}), address_keys=frozenset({address})))
    begun.set()
    waiting = writers = 0
    for _ in range(500):
        yield from ask(_PAUSE, seconds=0.01)
        [(waiting, writers)] = yield from ask(_WAITERS)
        if waiting:
            return int(writers)
    raise AssertionError("nobody waits for the person")


async def a_review(store: Store) -> str:
    mail = a_mail()
    await store.accept([mail])
    await store.record(mail, a_decision(mail, action=Action.review, reason="asks for something"))
    return mail.id


async def decides(store: Store) -> None:
    mail = a_mail()
    await store.accept([mail])
    await store.record(mail, a_decision(mail, an_opt_out(ADDRESS)))


async def answers(store: Store) -> None:
    item = await store.desk.review(await a_review(store))
    await store.desk.answer(item, Answer.unsubscribe, [an_opt_out(ADDRESS)], by="kim", note="")


async def decides_again(store: Store) -> None:
    mail = a_mail()
    await store.accept([mail])
    await store.record(mail, a_decision(mail))
    await store.desk.record_again(mail, a_decision(mail, an_opt_out(ADDRESS)), after=1, by="kim")


async def imports(store: Store) -> None:
    run = ImportRun(account_id="acme", id="1", evidence={})
    async for _ in store.imports.run(run, [PersonRow(f"k:{KEY}", ADDRESS, lists=("daily",))]):
        pass


async def retries(store: Store) -> None:
    [entry] = await store.outbox.entries()
    await store.outbox.retry(entry.id)


DOINGS: dict[str, Doing] = {
    "record": decides,
    "record again": decides_again,
    "answer": answers,
    "record facts": lambda store: store.record_facts([an_opt_out(ADDRESS)]),
    "press": lambda store: store.presses.record("acme", KEY, [], ["daily"]),
    "join": lambda store: store.subscriptions.join("acme", "daily", [KEY]),
    "leave": lambda store: store.subscriptions.leave("acme", "weekly", [KEY]),
    "correct": lambda store: store.link_holders.correct("acme", KEY, {"name": "Pat"}),
    "put": lambda store: store.put_subscribers([Subscriber(account_id="acme", key=KEY, address="p@example.org")]),
    "put person": lambda store: store.one_person.put(
        WantedPerson(account_id="acme", key=KEY, address="p@example.org", attributes={})
    ),
    "import": imports,
    "meet": lambda store: store.sends.meet("acme", [(KEY, ADDRESS)]),
    "push": lambda store: store.outbox.push("crm", ["acme"]),
    "retry": retries,
}


@pytest.mark.parametrize("name", DOINGS)
async def test_who_waits_for_a_person_has_written_nothing_and_has_no_row(
    store: Store, other: PostgresDriver, postgresql_url: str, name: str
) -> None:
    begun = asyncio.Event()
    holding = asyncio.create_task(other.run(lambda: somebody_waits(begun)))
    await begun.wait()
    await DOINGS[name](store)
    assert await holding == 0
    assert await deadlocks(postgresql_url) == 0


def locked_late() -> tuple[str, str, str]:
    """Key and address of somebody, and another form of it, whose own locks all stand before those of the person.

    Where one of them stood behind, the batch would begin anew with all locks.
    """
    for number in itertools.count():
        address, other_form, plain = (f"bob{number}{tag}@example.org" for tag in ("+shop", "+news", ""))
        forms = [_lock_number("", person_of_address(form)) for form in (other_form, plain)]
        person = [_lock_number("", person_of_address(address)), _lock_number("acme", person_of_key(str(number)))]
        if max(forms) < min(person):
            return str(number), address, other_form
    raise AssertionError


async def test_who_is_meant_by_another_form_of_their_address_is_locked_first_too(
    store: Store, other: PostgresDriver
) -> None:
    key, address, other_form = locked_late()
    await store.put_subscribers([Subscriber(account_id="acme", key=key, address=address)])
    begun = asyncio.Event()
    holding = asyncio.create_task(other.run(lambda: somebody_waits(begun, key, address)))
    await begun.wait()
    mail = a_mail()
    await store.accept([mail])
    await store.record(mail, a_decision(mail, an_opt_out(other_form)))
    assert await holding == 0


@pytest.mark.parametrize("doing", ["begin", "touch"])
async def test_two_that_write_the_same_rows_of_programs_in_any_order_never_deadlock(
    store: Store, postgresql_url: str, doing: str
) -> None:
    second = await Store.open(postgresql_url, StoreSettings(), hooks_of=hooks("crm"), clock=Clock())
    tokens = [api_token(number) for number in range(40)]
    for token in tokens:
        await store.tokens.put(token, f"digest of {token.id}")

    async def do(one: Store, token: ApiToken) -> None:
        if doing == "touch":
            await one.tokens.touch(token)
        else:
            await one.once.begin(Key(account_id="acme", token_id=token.id, key="k"), "digest")

    for _ in range(4):
        both = [do(store, one) for one in tokens] + [do(second, one) for one in reversed(tokens)]
        await asyncio.gather(*both)
    await second.close()
    assert await deadlocks(postgresql_url) == 0


def api_token(number: int) -> ApiToken:
    return ApiToken(
        id=f"{number:02}",
        account_id="acme",
        name="crm",
        scopes=frozenset({Scope.read}),
        created_at=NOW,
        created_by="kim",
    )
