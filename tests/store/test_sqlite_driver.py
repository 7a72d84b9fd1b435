"""What the writing connection to an SQLite file promises of a power cut: nothing that was answered is lost."""

from pathlib import Path

from sqlalchemy import text
from store_values import a_mail

from mailproc.settings.settings import StoreSettings
from mailproc.store.engine.database import migrate
from mailproc.store.engine.statement import Statement, ask
from mailproc.store.store import Store

_MODES = Statement(lambda insert: text("SELECT journal_mode, synchronous FROM pragma_journal_mode, pragma_synchronous"))
_FULL = 2


async def test_the_writer_writes_ahead_and_waits_for_the_disk_at_every_commit(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/mail.db"  # on a disk, and not where databases of tests live for speed
    await migrate(url)
    store = await Store.open(url, StoreSettings())
    try:
        await store.accept([a_mail()])
        assert await store._journal._driver.run(lambda: ask(_MODES)) == [("wal", _FULL)]
    finally:
        await store.close()
