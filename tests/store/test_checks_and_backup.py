"""`check` finds what was tampered with and nothing else; a backup is whole and holds nobody up."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from store_values import NOW, a_consent, a_decision, a_mail, an_opt_out

from mailproc.errors import StoreError
from mailproc.policy.standing.facts import FactKind, Level
from mailproc.policy.standing.lists import MailingList
from mailproc.settings.settings import StoreSettings
from mailproc.store.results import Subscriber
from mailproc.store.store import Store

Tampering = Callable[[str], Awaitable[None]]


@pytest.fixture
async def tamper(database_url: str) -> AsyncIterator[Tampering]:
    """Runs SQL behind the store's back."""
    engine = create_async_engine(database_url)

    async def run(statement: str) -> None:
        async with engine.begin() as connection:
            await connection.execute(text(statement))

    yield run
    await engine.dispose()


@pytest.fixture
async def lived_in(store: Store) -> Store:
    """A store with some of everything in it."""
    mails = [a_mail() for _ in range(6)]
    await store.accept(mails)
    for n, mail in enumerate(mails[:5]):
        await store.record(mail, a_decision(mail, an_opt_out(f"p{n}@example.org"), an_opt_out(None, key=str(n))))
    await store.put_subscribers([Subscriber(account_id="acme", key="1", address="p1@example.org")])
    await store.record_facts(
        [
            a_consent("p2@example.org", at=NOW + timedelta(hours=1)),
            an_opt_out("p3@example.org", level=Level.list, list_id="news"),
            an_opt_out("p4@example.org", kind=FactKind.complaint, account_id="other"),
            a_consent("p5@example.org"),
        ]
    )
    await store.claim("crm", limit=2, lease_seconds=60)
    return store


async def test_a_store_that_was_used_as_it_should_be_has_no_problems(lived_in: Store) -> None:
    assert await lived_in.check() == []


async def test_lists_that_were_called_by_numbers_are_named_until_they_are_removed(store: Store) -> None:
    for list_id in ("number-77", "number-one", "77"):
        await store.lists.put(MailingList(account_id="acme", id=list_id, name="Weekly"))
    [problem] = await store.check()
    assert problem.startswith("account acme: list number-77 is called as a list is of which only")
    await store.lists.remove("acme", "number-77")
    assert await store.check() == []


async def test_an_empty_store_has_no_problems(store: Store) -> None:
    assert await store.check() == []


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        (
            "UPDATE standing SET status = 'active' WHERE person = 'a:p0@example.org'",
            "a:p0@example.org is kept as active",
        ),
        ("UPDATE standing SET blocks = '[]' WHERE person = 'a:p0@example.org'", "other blocks"),
        ("DELETE FROM standing WHERE person = 'k:3'", "k:3 is kept as active, but the facts say unsubscribed"),
        ("DELETE FROM fact WHERE address = 'p0@example.org'", "a:p0@example.org is kept as unsubscribed"),
        ("DELETE FROM fact WHERE kind = 'consent'", "a:p2@example.org is kept as active"),
        ("UPDATE fact SET retracts = NULL, kind = 'consent' WHERE key = '4'", "k:4 is kept as unsubscribed"),
        ("DELETE FROM decision", "decided without a decision"),
        ("DELETE FROM mail_content", "its content is gone"),
        ("UPDATE mail SET state = 'accepted'", "has a decision, but waits"),
        ("DELETE FROM mail", "which is not there"),
        ("UPDATE outbox SET version = 99", "a version that no standing has"),
        ("UPDATE outbox SET state = 'pending', lease_until = NULL, person = 'k:1'", "the newest alone should"),
    ],
)
async def test_what_was_tampered_with_is_found(lived_in: Store, tamper: Tampering, statement: str, said: str) -> None:
    await tamper(statement)
    problems = await lived_in.check()
    assert any(said in problem for problem in problems), problems


async def test_a_damaged_file_is_found(sqlite_url: str) -> None:
    store = await Store.open(sqlite_url, StoreSettings())
    await store.accept([a_mail() for _ in range(200)])
    await store.close()
    path = Path(sqlite_url.removeprefix("sqlite+aiosqlite:///"))
    content = bytearray(path.read_bytes())
    content[-20_000:-8_000] = bytes(12_000)
    path.write_bytes(content)
    store = await Store.open(sqlite_url, StoreSettings())
    try:
        problems = await store.check()
    except StoreError as error:
        problems = [str(error)]
    assert problems
    await store.close()


async def test_a_backup_is_whole_while_mail_goes_on(sqlite_url: str, tmp_path: Path) -> None:
    store = await Store.open(sqlite_url, StoreSettings())
    await store.accept([a_mail("x" * 5000 + str(n)) for n in range(300)])
    copying = asyncio.create_task(store.backup(tmp_path / "copy.db"))
    accepted = 0
    while not copying.done():
        await store.accept([a_mail()])
        accepted += 1
    await copying
    await store.close()
    copy = await Store.open(f"sqlite+aiosqlite:///{tmp_path}/copy.db", StoreSettings())
    count, _ = await copy.undecided.count()
    assert 300 <= count <= 300 + accepted
    assert await copy.check() == []
    await copy.close()
    assert not list(tmp_path.glob("*.part"))


async def test_a_backup_never_writes_over_a_file_that_is_there(sqlite_url: str, tmp_path: Path) -> None:
    store = await Store.open(sqlite_url, StoreSettings())
    (tmp_path / "copy.db").write_text("mine")
    with pytest.raises(StoreError, match="exists already"):
        await store.backup(tmp_path / "copy.db")
    assert (tmp_path / "copy.db").read_text() == "mine"
    with pytest.raises(StoreError):
        await store.backup(tmp_path / "no" / "folder" / "copy.db")
    await store.close()


async def test_postgresql_is_not_copied_this_way(postgresql_url: str, tmp_path: Path) -> None:
    store = await Store.open(postgresql_url, StoreSettings())
    with pytest.raises(StoreError, match="pg_dump"):
        await store.backup(tmp_path / "copy.db")
    await store.close()
