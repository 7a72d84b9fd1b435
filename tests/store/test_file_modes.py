"""Files with people's mail in them are for the service alone, whatever umask it was started with."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from store_values import a_mail

from mailproc.settings.settings import StoreSettings
from mailproc.store.engine.database import migrate
from mailproc.store.store import Store


@pytest.fixture(params=[0o000, 0o022, 0o077], ids=oct)
def umask(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.umask(request.param)
    yield
    os.umask(before)


def mode_of(path: Path) -> int:
    return path.stat().st_mode & 0o777


async def test_database_write_ahead_log_and_backup_are_for_their_owner_alone(umask: None, tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/mail.db"
    await migrate(url)
    store = await Store.open(url, StoreSettings())
    await store.accept([a_mail()])
    await store.backup(tmp_path / "copy.db")
    modes = {path.name: oct(mode_of(path)) for path in tmp_path.iterdir()}
    await store.close()
    assert modes == dict.fromkeys(("mail.db", "mail.db-wal", "mail.db-shm", "copy.db"), "0o600")


async def test_folders_that_are_made_are_for_their_owner_alone(umask: None, tmp_path: Path) -> None:
    await migrate(f"sqlite+aiosqlite:///{tmp_path}/deep/down/mail.db")
    assert [oct(mode_of(path)) for path in (tmp_path / "deep", tmp_path / "deep/down")] == ["0o700", "0o700"]


async def test_a_folder_and_a_file_that_are_there_keep_their_modes(tmp_path: Path) -> None:
    folder = tmp_path / "shared"
    folder.mkdir()
    folder.chmod(0o750)
    (folder / "mail.db").touch()
    (folder / "mail.db").chmod(0o640)
    await migrate(f"sqlite+aiosqlite:///{folder}/mail.db")
    assert (mode_of(folder), mode_of(folder / "mail.db")) == (0o750, 0o640)


async def test_a_backup_does_not_follow_what_was_laid_in_its_way(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/mail.db"
    await migrate(url)
    other = tmp_path / "other"
    other.write_text("mine")
    (tmp_path / "copy.db.part").symlink_to(other)
    store = await Store.open(url, StoreSettings())
    await store.backup(tmp_path / "copy.db")
    await store.close()
    assert other.read_text() == "mine"
    assert not (tmp_path / "copy.db").is_symlink()
