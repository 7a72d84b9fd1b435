"""A damaged or foreign database file is a sentence that says what to do, never a traceback."""

import random
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import make_url
from store_values import a_consent, a_decision, a_mail, an_opt_out

from mailproc.errors import StoreError, StoreUnavailable
from mailproc.settings.settings import StoreSettings
from mailproc.store.engine.database import migrate, schema_state
from mailproc.store.store import Store

NOT_SOUND = "is not a sound SQLite database: restore a backup"


def path_of(url: str) -> Path:
    return Path(str(make_url(url).database))


async def fill(url: str) -> None:
    store = await Store.open(url, StoreSettings(), hooks_of=lambda _: ("crm",))
    mails = [a_mail() for _ in range(150)]
    await store.accept(mails)
    for number, mail in enumerate(mails[:100]):
        await store.record(
            mail, a_decision(mail, an_opt_out(f"p{number}@example.org"), a_consent(f"q{number}@x.example"))
        )
    await store.close()


async def checked(url: str) -> list[str]:
    """What `check` finds, or why it cannot look."""
    try:
        store = await Store.open(url, StoreSettings())
        try:
            return await store.check()
        finally:
            await store.close()
    except StoreError as error:
        return [str(error)]


@pytest.mark.parametrize("content", [b"Dear diary,\n" * 400, b"\x00" * 8192, b"SQLite format 3\x00" + b"\xff" * 8000])
async def test_a_file_that_is_none_is_told_so_with_what_to_do(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "mail.db").write_bytes(content)
    url = f"sqlite+aiosqlite:///{tmp_path}/mail.db"
    for work in (schema_state, migrate, lambda url: Store.open(url, StoreSettings())):
        with pytest.raises(StoreError) as raised:
            await work(url)
        assert not isinstance(raised.value, StoreUnavailable), "trying again does not help"
        assert NOT_SOUND in str(raised.value)
        assert "sqlalche" not in str(raised.value)
    assert (tmp_path / "mail.db").read_bytes() == content


async def test_another_programs_database_is_told_so(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "mail.db")
    connection.execute("CREATE TABLE alembic_version (version_num TEXT)")
    connection.execute("INSERT INTO alembic_version VALUES ('beef')")
    connection.commit()
    connection.close()
    url = f"sqlite+aiosqlite:///{tmp_path}/mail.db"
    with pytest.raises(StoreError, match="beef"):
        await Store.open(url, StoreSettings())
    with pytest.raises(StoreError, match="beef"):
        await migrate(url)


@pytest.mark.parametrize("seed", range(20))
async def test_pages_of_rubbish_are_problems_and_no_traceback(sqlite_url: str, seed: int) -> None:
    await fill(sqlite_url)
    chance, path = random.Random(seed), path_of(sqlite_url)
    content = bytearray(path.read_bytes())
    for _ in range(6):
        page = chance.randrange(len(content) // 4096) * 4096
        content[page : page + 4096] = chance.choice([bytes(4096), chance.randbytes(4096)])
    path.write_bytes(content)
    problems = await checked(sqlite_url)
    assert problems
    assert not any("sqlalche" in problem for problem in problems)


async def test_a_file_that_was_cut_short_is_a_problem(sqlite_url: str) -> None:
    await fill(sqlite_url)
    path = path_of(sqlite_url)
    path.write_bytes(path.read_bytes()[:-50_000])
    assert await checked(sqlite_url)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE fact SET evidence = '{'",
        "UPDATE fact SET kind = 'nonsense'",
        "UPDATE fact SET occurred_at = 9223372036854775807",
        "UPDATE fact SET occurred_at = 'soon'",
        "UPDATE fact SET evidence = x'ff00'",
        "UPDATE standing SET status = 'nonsense'",
        "UPDATE standing SET blocks = '[[1, 2]]'",
        "UPDATE standing SET blocks = 'null'",
    ],
)
async def test_rows_of_rubbish_are_problems_and_no_traceback(sqlite_url: str, statement: str) -> None:
    await fill(sqlite_url)
    connection = sqlite3.connect(path_of(sqlite_url))
    connection.execute(statement)
    connection.commit()
    connection.close()
    assert await checked(sqlite_url)


async def test_a_backup_of_a_damaged_database_says_what_is_wrong(sqlite_url: str, tmp_path: Path) -> None:
    await fill(sqlite_url)
    store = await Store.open(sqlite_url, StoreSettings())
    path_of(sqlite_url).write_bytes(b"Dear diary,\n" * 400)
    with pytest.raises(StoreError, match=NOT_SOUND):
        await store.backup(tmp_path / "copy.db")
    assert not (tmp_path / "copy.db").exists()
    await store.close()


async def test_a_running_service_whose_file_was_damaged_can_try_again_and_is_told_what_to_do(sqlite_url: str) -> None:
    store = await Store.open(sqlite_url, StoreSettings())
    path_of(sqlite_url).write_bytes(b"Dear diary,\n" * 400)
    with pytest.raises(StoreUnavailable, match=NOT_SOUND):
        await store.accept([a_mail()])
    await store.close()
