"""The revisions make exactly the tables that the statements are written for, on both databases."""

import contextlib
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from old_databases import at_revision, insert, upgrade_to
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine
from store_values import an_opt_out

from mailproc.errors import ContentGone, StoreError, StoreUnavailable
from mailproc.policy.deciding.review import Answer
from mailproc.policy.imports.person_row import PersonRow
from mailproc.policy.standing.standing import Status
from mailproc.settings.settings import StoreSettings
from mailproc.store.desk.review_reports import ReviewFilter
from mailproc.store.engine import upgrading
from mailproc.store.engine.database import create_if_new, migrate, schema_state
from mailproc.store.engine.revision import newest_revision
from mailproc.store.engine.table import metadata
from mailproc.store.engine.upgrading import config_of_migrations, upgrade
from mailproc.store.imports.importing import ImportRun
from mailproc.store.store import Store

PAT = "pat@example.org"


def differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
    return list(compare_metadata(context, metadata))


async def test_the_revisions_make_the_tables_of_the_schema(database_url: str) -> None:
    engine = create_async_engine(database_url)
    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    await engine.dispose()


def test_the_newest_revision_by_name_is_the_one_that_no_other_follows() -> None:
    assert ScriptDirectory.from_config(config_of_migrations()).get_current_head() == newest_revision()


async def test_migrating_twice_applies_nothing_the_second_time(database_url: str) -> None:
    assert await migrate(database_url) == []
    assert (await schema_state(database_url)).is_current


async def test_a_migration_that_is_broken_off_changes_nothing_and_can_be_run_again(
    empty_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = create_async_engine(empty_database_url)
    async with engine.begin() as connection:
        await connection.run_sync(upgrade_to, "0014")
    await engine.dispose()

    def broken_off(connection: Connection, tell: Callable[[str], None]) -> None:
        upgrade(connection, tell)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(upgrading, "upgrade", broken_off)
        with pytest.raises(KeyboardInterrupt):
            await migrate(empty_database_url)
    assert (await schema_state(empty_database_url)).current == "0014"
    assert "0016" in await migrate(empty_database_url)
    assert (await schema_state(empty_database_url)).is_current


async def test_of_a_database_without_people_nothing_is_told(empty_database_url: str) -> None:
    told: list[str] = []
    await migrate(empty_database_url, told.append)
    assert told == []


async def test_a_new_file_gets_every_revision_and_its_folder(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/deep/down/mail.db"
    assert (await migrate(url))[0] == "0001"
    assert (await schema_state(url)).is_current


async def test_create_if_new_leaves_a_database_alone_that_is_there(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/mail.db"
    assert (await create_if_new(url))[0] == "0001"
    assert await create_if_new(url) == []


async def test_a_store_does_not_open_without_a_database_and_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="mailproc db migrate"):
        await Store.open(f"sqlite+aiosqlite:///{tmp_path}/none.db", StoreSettings())
    assert not (tmp_path / "none.db").exists()


async def test_a_store_does_not_open_on_tables_of_another_revision(tmp_path: Path) -> None:
    (tmp_path / "empty.db").touch()
    with pytest.raises(StoreError, match="mailproc db migrate"):
        await Store.open(f"sqlite+aiosqlite:///{tmp_path}/empty.db", StoreSettings())


@pytest.mark.parametrize(
    "url", ["mysql://x/y", "sqlite:///x.db", "sqlite+aiosqlite://", "sqlite+aiosqlite:///:memory:", "no url", ""]
)
async def test_other_urls_are_refused_with_the_two_that_work(url: str) -> None:
    with pytest.raises(StoreError, match="sqlite\\+aiosqlite"):
        await schema_state(url)


async def test_a_server_that_is_not_there_is_unavailable() -> None:
    with pytest.raises(StoreUnavailable):
        await schema_state("postgresql+asyncpg://nobody@127.0.0.1:1/none")


async def test_a_database_that_a_server_does_not_have_is_an_error_of_ours(postgresql_url: str) -> None:
    with pytest.raises(StoreError):
        await schema_state(postgresql_url.replace("/test_", "/none_"))


async def test_reviews_that_were_there_before_get_the_names_of_those_whom_they_are_about(
    empty_database_url: str,
) -> None:
    engine = create_async_engine(empty_database_url)
    async with engine.begin() as connection:
        await connection.run_sync(upgrade_to, "0001")
        for table, values in (
            ("review (account_id, id, mail_id, state, reason, created_at, due_at)", "'a','m','m','open','why',1,2"),
            (
                "decision (account_id, mail_id, n, kind, action, ruleset, policy, decided_at, decision,"
                " authentication)",
                "'a','m',1,'reply','review','','',1,:decided,'{}'",
            ),
        ):
            await connection.execute(text(f"INSERT INTO {table} VALUES ({values})"), {"decided": DECIDED})
    await engine.dispose()
    assert (await migrate(empty_database_url))[0] == "0002"
    store = await Store.open(empty_database_url, StoreSettings())
    for person in ("pat@example.org", "17"):
        assert [item.id for item in await store.desk.reviews(ReviewFilter(persons=(person,)))] == ["m"]
    await store.close()


async def test_of_a_review_that_was_answered_before_no_request_is_told_that_it_was_the_first(
    empty_database_url: str,
) -> None:
    async with at_revision(empty_database_url, "0022") as connection:
        said = {"resolution": "not-a-request", "resolved_at": 3, "resolved_by": "kim", "note": ""}
        names = {"account_id": "a", "id": "m", "mail_id": "m", "state": "resolved", "reason": "why"}
        await insert(connection, "review", **names, created_at=1, due_at=2, **said)
    assert "0023" in await migrate(empty_database_url)
    store = await Store.open(empty_database_url, StoreSettings())
    item = await store.desk.review("m")
    for request in ("r1", None):
        again = await store.desk.answer(item, Answer.not_a_request, [], by="kim", note="", request=request)
        assert (again.applied, again.by, again.resolution) == (False, "kim", "not-a-request")
    await store.close()


DECIDED = (
    '{"kind": "reply", "subscribers": [{"address": "Pat@Example.org", "key": null}, {"address": null, "key": "17"}]}'
)


async def test_mail_that_was_accepted_before_mail_could_wait_is_taken_over_and_may_wait(
    empty_database_url: str,
) -> None:
    engine = create_async_engine(empty_database_url)
    envelope = '{"mail_from": null, "rcpt_tos": ["reply@acme.example"]}'
    async with engine.begin() as connection:
        await connection.run_sync(upgrade_to, "0005")
        await connection.execute(
            text(
                "INSERT INTO mail (account_id, id, digest, identity, envelope, received_at, size_bytes, state, owner)"
                " VALUES ('acme', 'm', 'd', 'i', :envelope, 1000000, 1, 'accepted', 'gone')"
            ),
            {"envelope": envelope},
        )
    await engine.dispose()
    assert "0006" in await migrate(empty_database_url)
    store = await Store.open(empty_database_url, StoreSettings())
    with pytest.raises(ContentGone) as raised:
        await store.undecided.take_over()
    assert await store.waiting.put(raised.value.mail, raised.value.mail.received_at)
    assert (await store.counts()).waiting == 1
    await store.close()


async def test_tables_of_wide_rows_are_written_anew_with_all_their_rows_and_indexes(tmp_path: Path) -> None:
    path = tmp_path / "mail.db"
    engine = create_async_engine(f"sqlite+aiosqlite:///{path}")
    async with engine.begin() as connection:
        await connection.run_sync(upgrade_to, "0012")
    await engine.dispose()
    tables = ("mail", "mail_content", "decision", "fact", "outbox")
    with contextlib.closing(sqlite3.connect(path)) as connection:
        for table in tables:
            columns = connection.execute(f"PRAGMA table_info({table})").fetchall()
            for number in range(3):
                values = [f"{name} {number}" if kind == "TEXT" else number for _, name, kind, *_ in columns]
                connection.execute(f"INSERT INTO {table} VALUES ({','.join('?' * len(values))})", values)
        connection.commit()
        before = [rows_and_indexes(connection, table) for table in tables]
    engine = create_async_engine(f"sqlite+aiosqlite:///{path}")
    async with engine.begin() as connected:
        await connected.run_sync(upgrade_to, "0013")
    await engine.dispose()
    with contextlib.closing(sqlite3.connect(path)) as connection:
        assert [rows_and_indexes(connection, table) for table in tables] == before
        written = "SELECT count(*) FROM sqlite_master WHERE sql LIKE '%WITHOUT ROWID%' AND name = ?"
        assert [connection.execute(written, (table,)).fetchone() for table in tables] == [(0,)] * len(tables)


def rows_and_indexes(connection: sqlite3.Connection, table: str) -> tuple[list[object], set[object]]:
    indexes = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL"
    rows = connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2, 3").fetchall()
    return rows, set(connection.execute(indexes, (table,)))


async def test_subscribers_from_before_imports_are_found_in_a_looser_form_and_get_attributes(
    empty_database_url: str,
) -> None:
    subscribers = [("1", "pat@example.org", "pat@example.org"), ("2", "kim+x@example.org", "kim@example.org")]
    async with at_revision(empty_database_url, "0008") as connection:
        for key, address, loose in subscribers:
            await insert(
                connection,
                "subscriber",
                account_id="acme",
                key=key,
                address=address,
                address_key=address,
                loose_key=loose,
                created_at=1,
            )
    assert "0009" in await migrate(empty_database_url)
    store = await Store.open(empty_database_url, StoreSettings())
    await store.record_facts([an_opt_out("kim@example.org"), an_opt_out("pat+news@example.org")])
    found = [(await store.persons(key))[0].standing.status for key in ("1", "2")]
    assert found == [Status.unsubscribed, Status.unsubscribed]
    assert await store.subscriptions.attributes_of("acme", ["1", "2"]) == {}
    run = ImportRun(account_id="acme", id="r", evidence={})
    rows = [PersonRow("k:1", "pat@example.org", lists=(), attributes=(("city", "Oslo"),))]
    assert [state.counts.updated async for state in store.imports.run(run, rows)][-1] == 1
    assert await store.subscriptions.attributes_of("acme", ["1", "2"]) == {"1": {"city": "Oslo"}}
    await store.close()
